import { el } from '../dom.js';

export interface Command {
  /** As `KeyboardEvent.key` tells them; the first is shown. */
  readonly keys: readonly string[];
  readonly does: string;
  /** What the help calls the key, where its own name says little. */
  readonly shown?: string;
  run(key: string): void;
}

/** Single keys that do something, and a dialog that lists them. Typing, dialogs and the browser's own shortcuts come first. */
export class Keyboard {
  private readonly byKey = new Map<string, Command>();
  private commands: readonly Command[] = [];

  constructor(private readonly help: HTMLDialogElement) {
    document.addEventListener('keydown', (event) => {
      this.pressed(event);
    });
  }

  /** These commands hold until others are set. */
  set(commands: readonly Command[]): void {
    this.commands = commands;
    this.byKey.clear();
    for (const command of commands) for (const key of command.keys) this.byKey.set(key, command);
  }

  showHelp(): void {
    const rows = [...this.commands, { keys: ['?'], does: 'this list' }].map((command) => {
      const { keys, does, shown } = { shown: undefined, ...command };
      return el('div', {}, el('dt', {}, el('kbd', {}, shown ?? keys[0] ?? '')), el('dd', {}, does));
    });
    this.help.querySelector('dl')?.replaceChildren(...rows);
    this.help.showModal();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') {
      event.preventDefault();
      this.showHelp();
      return;
    }
    const command = this.byKey.get(event.key);
    if (!command) return;
    event.preventDefault();
    command.run(event.key);
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
