/** The line above everything: Aether's name, and who is asking. */

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
  if (people.length === 1) return <p className="who">{person.name}</p>;
  return (
    <label className="who">
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
  );
}
