import type { Locator } from '@playwright/test';

/** The field that a secret is typed into, inside a dialog. */
export class ValueField {
  constructor(private readonly dialog: Locator) {}

  readonly text = () => this.dialog.getByRole('textbox', { name: 'Value' });
  readonly show = () => this.dialog.getByRole('button', { name: 'Show value' });
  readonly clear = () => this.dialog.getByRole('button', { name: 'Clear value' });

  /** Puts a text in as a paste does, in one go, and leaves the field. */
  async paste(value: string): Promise<void> {
    await this.text().focus();
    await this.text().page().keyboard.insertText(value);
    await this.text().blur();
  }
}
