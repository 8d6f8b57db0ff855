import { inspect } from 'node:util';

/** Text that cannot be printed by accident: in logs, JSON, templates and inspection it reads `[secret]`. */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one way to the text itself; call it only where it goes onto a wire. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
