/** What the text of a config key may be, and what it is where none is set; a stack's schema is made of it. */
export type Setting = { readonly describe: string } & (Choice | Network | WholeNumber | Text);

/** One of these words. */
interface Choice {
  readonly is: "choice";
  readonly of: readonly string[];
  readonly default: string;
}

/** An IPv4 network with a prefix of at most `longest` bits. */
interface Network {
  readonly is: "network";
  readonly longest: number;
  readonly default: string;
}

/** A whole number from one to another. @default not set */
interface WholeNumber {
  readonly is: "number";
  readonly from: number;
  readonly to: number;
}

/** Whatever `allows`; `rule` says what that is, from `must` on. */
interface Text {
  readonly is: "text";
  readonly allows: (text: string) => boolean;
  readonly rule: string;
  /** @default not set */
  readonly default?: string;
}

/** What a setting is when it is read. */
export type ValueOf<S extends Setting> = S extends { readonly is: "choice"; readonly of: readonly (infer Word)[] }
  ? Word
  : S extends { readonly is: "number" }
    ? number | undefined
    : S extends { readonly default: string }
      ? string
      : string | undefined;

/** What a CNI's settings are when they are read. */
export type ValuesOf<Settings extends Readonly<Record<string, Setting>>> = {
  readonly [Key in keyof Settings]: ValueOf<Settings[Key]>;
};
