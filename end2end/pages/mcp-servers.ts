import type { Locator, Page } from '@playwright/test';

import { ValueField } from './value-field';

/** The combobox by which a form chooses a credential. */
export class CredentialPicker {
  constructor(private readonly dialog: Locator) {}

  readonly field = () => this.dialog.getByRole('combobox', { name: 'Credential' });
  readonly list = () => this.dialog.getByRole('listbox', { name: 'Credentials' });
  readonly rows = () => this.list().getByRole('option');
  readonly row = (name: string | RegExp) => this.list().getByRole('option', { name });
  readonly clear = () => this.dialog.getByRole('button', { name: 'Clear credential' });

  async choose(name: string): Promise<void> {
    await this.field().fill(name);
    await this.row(new RegExp(`^${name}`)).click();
  }
}

/** The form for an MCP server, in its dialog. */
export class McpServerForm {
  readonly dialog: Locator;
  readonly picker: CredentialPicker;

  constructor(page: Page, title: string | RegExp = 'Add MCP server') {
    this.dialog = page.getByRole('dialog', { name: title });
    this.picker = new CredentialPicker(this.dialog);
  }

  readonly name = () => this.dialog.getByRole('textbox', { name: 'Name' });
  readonly url = () => this.dialog.getByRole('textbox', { name: 'URL' });
  readonly transport = (name: 'HTTP' | 'stdio') => this.dialog.getByRole('radio', { name: new RegExp(`^${name}`) });
  readonly program = () => this.dialog.getByRole('combobox', { name: 'Program' });
  readonly args = () => this.dialog.getByRole('textbox', { name: 'Extra arguments' });
  readonly directory = () => this.dialog.getByRole('textbox', { name: 'Working directory' });
  readonly variable = (name: string) => this.dialog.getByRole('checkbox', { name });
  readonly allow = (words: string) => this.dialog.getByRole('checkbox', { name: `Allow ${words}`, exact: true });
  readonly wholeHost = (host: string) => this.allow(`all of ${host}`);
  readonly test = () => this.dialog.getByRole('button', { name: 'Test connection' });
  readonly save = () => this.dialog.getByRole('button', { name: 'Save' });
  readonly cancel = () => this.dialog.getByRole('button', { name: 'Cancel', exact: true });
}

/** The form that creates a credential from the picker, above the other one. */
export class CreateHereForm {
  readonly dialog: Locator;
  readonly value: ValueField;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Create credential' });
    this.value = new ValueField(this.dialog);
  }

  readonly wholeHost = () => this.dialog.getByRole('checkbox', { name: /^Allow all of / });

  readonly name = () => this.dialog.getByRole('textbox', { name: 'Name' });
  readonly save = () => this.dialog.getByRole('button', { name: 'Save' });
  readonly cancel = () => this.dialog.getByRole('button', { name: 'Cancel', exact: true });
}

/** The list of MCP servers. */
export class McpServersPage {
  constructor(private readonly page: Page) {}

  readonly row = (name: string) => this.page.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  readonly operation = (words: string, name: string) => this.page.getByRole('link', { name: `${words} ${name}`, exact: true });
}
