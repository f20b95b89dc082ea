/** The line above everything: Aether's name, and who is asking. */

import { useState } from "react";

import { type Config, type Person, UNTOLD } from "./config";

interface Props {
  readonly config: Config;
  readonly people: readonly Person[];
  readonly person: Person | undefined;
  onPerson(person: Person): void;
}

export function Header(props: Props) {
  return (
    <header className="header">
      <h1 className="brand">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width="24" height="24" />
        Aether
      </h1>
      <p className="motto">One graph, one API</p>
      <Who {...props} />
    </header>
  );
}

function Who({ config, people, person, onPerson }: Props) {
  if (config === UNTOLD) {
    return <p className="who">A ready token is shown only on the machine that Aether runs on.</p>;
  }
  if (!person) {
    return (
      <a className="who button" href="/auth/login?redirect=/graphiql">
        Sign in
      </a>
    );
  }
  return (
    <div className="who">
      {people.length === 1 ? (
        <span>{person.name}</span>
      ) : (
        <label>
          Acting as
          <select
            value={person.name}
            onChange={({ target }) => onPerson(people[target.selectedIndex] ?? person)}
          >
            {people.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {person.token !== null && <CopyToken key={person.name} token={person.token} />}
    </div>
  );
}

/** Every request of this page carries the token already; other clients need it by hand. */
function CopyToken({ token }: { readonly token: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="button copy"
      title="The token that this page sends, for a client of your own"
      onClick={() => void navigator.clipboard.writeText(token).then(() => setCopied(true))}
    >
      <span aria-live="polite">{isCopied ? "Copied" : "Copy token"}</span>
    </button>
  );
}
