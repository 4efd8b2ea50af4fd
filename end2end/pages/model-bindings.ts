import type { Locator, Page } from '@playwright/test';

import { CredentialPicker } from './mcp-servers';

/** The form for a model binding, in its dialog. */
export class ModelBindingForm {
  readonly dialog: Locator;
  readonly picker: CredentialPicker;

  constructor(
    private readonly page: Page,
    title: string | RegExp = 'Add model binding',
  ) {
    this.dialog = page.getByRole('dialog', { name: title });
    this.picker = new CredentialPicker(this.dialog);
  }

  readonly name = () => this.dialog.getByRole('textbox', { name: 'Name' });
  readonly provider = () => this.dialog.getByRole('combobox', { name: 'Provider' });
  readonly model = () => this.dialog.getByRole('textbox', { name: 'Model', exact: true });
  readonly baseUrl = () => this.dialog.getByRole('textbox', { name: 'Base URL' });
  readonly organization = () => this.dialog.getByRole('textbox', { name: 'Organization' });
  readonly remove = (field: string) => this.dialog.getByRole('button', { name: `Remove ${field}` });
  readonly add = () => this.dialog.getByRole('button', { name: 'More options' });
  readonly addable = (field: string) => this.page.getByRole('menuitem', { name: field });
  readonly allow = (words: string) => this.dialog.getByRole('checkbox', { name: `Allow ${words}`, exact: true });
  readonly test = () => this.dialog.getByRole('button', { name: 'Test model' });
  readonly save = () => this.dialog.getByRole('button', { name: 'Save' });
  readonly cancel = () => this.dialog.getByRole('button', { name: 'Cancel', exact: true });
}

/** The list of model bindings. */
export class ModelBindingsPage {
  constructor(private readonly page: Page) {}

  readonly row = (name: string) => this.page.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  readonly operation = (words: string, name: string) => this.page.getByRole('link', { name: `${words} ${name}`, exact: true });
}

/** The page on which a model binding is tried. */
export class TryPage {
  constructor(private readonly page: Page) {}

  readonly action = () => this.page.getByRole('combobox', { name: 'Action' });
  readonly prompt = () => this.page.getByRole('textbox', { name: 'Prompt' });
  readonly run = () => this.page.getByRole('button', { name: 'Run' });
  readonly stop = () => this.page.getByRole('button', { name: 'Stop' });
  readonly answer = () => this.page.getByRole('region', { name: 'Answer' });
  readonly settings = () => this.page.getByText('Settings', { exact: true });
  readonly field = (name: string) => this.page.getByRole('textbox', { name, exact: true });
  readonly group = (name: string) => this.page.getByRole('group', { name, exact: true });
  readonly remove = (field: string) => this.page.getByRole('button', { name: `Remove ${field}`, exact: true });
  readonly addMenu = () => this.page.getByRole('button', { name: 'More options', exact: true });

  /** Adds a setting that is hidden until then. */
  async add(field: string): Promise<void> {
    await this.addMenu().click();
    await this.page.getByRole('menuitem', { name: field, exact: true }).click();
  }
}
