/** Why a text is no rule. Thrown inside the parser only; `parseRule` turns it into its result. */
export class RuleFault extends Error {
  /** Index into the text, in UTF-16 units, from 0. */
  readonly position: number;
  readonly hint: string | undefined;

  constructor(position: number, message: string, hint?: string) {
    super(message);
    this.position = position;
    this.hint = hint;
  }
}
