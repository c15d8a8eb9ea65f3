/** A text, or its forms by number (Intl.PluralRules); `{name}` stands for a parameter, `{count}` for the number itself. */
export type Entry = string | { one: string; other: string };

export type Catalogue = Record<string, Entry>;

/** The same keys in another language. */
export type Translation<C extends Catalogue> = { [K in keyof C]: C[K] extends string ? string : { one: string; other: string } };

type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;

/** Names of the parameters of an entry. */
export type ParametersOf<E extends Entry> = E extends string
  ? Placeholder<E>
  : E extends { one: infer One extends string; other: infer Other extends string }
    ? 'count' | Placeholder<One> | Placeholder<Other>
    : never;
