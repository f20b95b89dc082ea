import { defineConfig } from "vite";

const AETHER = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/graphiql/",
  build: {
    outDir: "static",
    // The editor is one large module by nature; it is loaded after the page stands.
    chunkSizeWarningLimit: 4096,
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    // Libraries mark their modules for servers that render them; here is none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    target: "es2023",
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/graphql": { target: AETHER, ws: true },
      "/graphiql/config": AETHER,
      "/upload": AETHER,
      "/auth": AETHER,
    },
  },
});
