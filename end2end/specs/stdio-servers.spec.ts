import { axeCheck, expect, open, PROGRAM_TOKEN, signIn, test, unique } from '../fixtures';
import { McpServerForm, McpServersPage } from '../pages/mcp-servers';

const SECRETS = 'Stdio servers don\'t use credentials. Set the secret in Strongroom\'s environment and enter the variable\'s name here.';

test('an administrator makes a server of a program, tests it and uses it', async ({ page, programs }) => {
  await signIn(page, programs, 'administrator');
  const form = new McpServerForm(page);
  const name = unique('Everything');
  await open(page, `${programs.url}/mcp-servers?dialog=add`);
  await expect(form.transport('HTTP')).toBeChecked();
  await form.name().fill(name);
  await form.transport('stdio').check();
  await expect(form.url()).toBeHidden();
  await expect(form.picker.field()).toBeHidden();
  await expect(form.dialog).toContainText(SECRETS);

  await form.save().click();
  await expect(form.dialog).toContainText('Choose a program.');
  await expect(form.program()).toBeFocused();
  await form.program().selectOption('everything');
  await expect(form.program()).toHaveValue('everything');
  await form.variable('DEMO_TOKEN').check();
  await form.directory().fill('usr');
  await form.test().click();
  await expect(form.dialog).toContainText('Enter an absolute path that begins with /.');
  await form.directory().fill('/usr');
  await form.test().click();
  await expect(form.dialog).toContainText(/Connected\. \d+ tools found\./);
  await axeCheck(page, 'dialog');
  await form.args().fill('not an argument');
  await expect(form.dialog).toContainText("You've changed the form since this test.");
  await form.save().click();
  await expect(form.dialog).toContainText("Argument 1: everything doesn't accept this argument.");
  await expect(form.args()).toBeFocused();
  await form.args().fill('--quiet');
  await form.save().click();
  await expect(form.dialog).toBeHidden();

  const list = new McpServersPage(page);
  await expect(list.row(name)).toContainText('everything --quiet');
  await expect(list.row(name)).toContainText('gets DEMO_TOKEN');
  await list.operation('Tools of', name).click();
  await expect(page.getByRole('dialog', { name: `Tools of ${name}` }).getByText('echo', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await list.operation('Test', name).click();
  await expect(page.getByRole('dialog', { name: `Test ${name}` })).toContainText('Connected.');
  await page.keyboard.press('Escape');
  expect(await page.content()).not.toContain(PROGRAM_TOKEN);
  expect(programs.log()).not.toContain(PROGRAM_TOKEN);
  await axeCheck(page);
});

test('a saved program is edited, and deleted with its own words', async ({ page, programs }) => {
  const client = await programs.api('administrator');
  const name = unique('Edited');
  const body = { name, transport: 'stdio', command: 'everything', args: ['--quiet'], env_names: ['DEMO_TOKEN', 'DEMO_REGION'] };
  const { id } = await client.post<{ id: string }>('/mcp-servers', body);
  await signIn(page, programs, 'administrator');
  await open(page, `${programs.url}/mcp-servers?edit=${id}`);
  const form = new McpServerForm(page, `Edit ${name}`);
  await expect(form.transport('stdio')).toBeChecked();
  await expect(form.program()).toHaveValue('everything');
  await expect(form.args()).toHaveValue('--quiet');
  await expect(form.variable('DEMO_REGION')).toBeChecked();

  // A variable that is not set is named where it is missed.
  await form.test().click();
  await expect(form.dialog).toContainText("DEMO_REGION isn't set in Strongroom's environment.");
  await form.variable('DEMO_REGION').uncheck();
  await form.test().click();
  await expect(form.dialog).toContainText('Connected.');

  // What belongs to one program does not go along to another.
  await form.program().selectOption('other');
  await expect(form.program()).toHaveValue('other');
  await expect(form.args()).toBeHidden();
  await expect(form.dialog).toContainText('None');
  await form.program().selectOption('everything');
  await expect(form.variable('DEMO_TOKEN')).not.toBeChecked();
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  const list = new McpServersPage(page);
  await expect(list.row(name)).toContainText('no variables');

  await list.operation('Delete', name).click();
  const question = page.getByRole('dialog', { name: `Delete ${name}?` });
  await expect(question).toContainText('its program stops');
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(list.row(name)).toHaveCount(0);
});

test('the whole form works by keyboard', async ({ page, programs }) => {
  await signIn(page, programs, 'administrator');
  const form = new McpServerForm(page);
  const name = unique('Keys');
  await open(page, `${programs.url}/mcp-servers?dialog=add`);
  await expect(form.transport('HTTP')).toBeVisible();
  await expect(form.name()).toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await expect(form.transport('HTTP')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(form.transport('stdio')).toBeChecked();
  await page.keyboard.press('Tab');
  await expect(form.program()).toBeFocused();
  await page.keyboard.type('ev');
  await expect(form.program()).toHaveValue('everything');
  await page.keyboard.press('Tab');
  await expect(form.args()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(form.directory()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(form.variable('DEMO_TOKEN')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(form.variable('DEMO_TOKEN')).toBeChecked();
  await form.name().focus();
  await page.keyboard.press('Enter');
  await expect(form.dialog).toBeHidden();
  await expect(new McpServersPage(page).row(name)).toContainText('gets DEMO_TOKEN');
});

test('a manager uses programs and is offered none', async ({ page, programs }) => {
  const name = unique('Shared');
  const client = await programs.api('administrator');
  await client.post('/mcp-servers', { name, transport: 'stdio', command: 'everything' });
  await signIn(page, programs, 'manager');
  await open(page, `${programs.url}/mcp-servers`);
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row.getByRole('link', { name: `Edit ${name}` })).toHaveCount(0);
  await expect(row.getByRole('switch')).toHaveCount(0);
  await row.getByRole('link', { name: `Test ${name}` }).click();
  await expect(page.getByRole('dialog', { name: `Test ${name}` })).toContainText('Connected.');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Add MCP server' }).first().click();
  const form = new McpServerForm(page);
  await expect(form.url()).toBeVisible();
  await expect(form.dialog.getByRole('radio')).toHaveCount(0);
});

test('where the configuration names no program, there is nothing to choose', async ({ page, server }) => {
  await signIn(page, server, 'administrator');
  const asked = page.waitForResponse('**/api/v1/mcp-servers/commands');
  await open(page, '/mcp-servers?dialog=add');
  await asked;
  const form = new McpServerForm(page);
  await expect(form.url()).toBeVisible();
  await expect(form.dialog.getByRole('radio')).toHaveCount(0);
});

test('form and list fit every width', async ({ page, programs }) => {
  const client = await programs.api('administrator');
  const args = Array.from({ length: 12 }, () => `--${'long'.repeat(12)}`);
  const name = unique('Wide');
  const { id } = await client.post<{ id: string }>('/mcp-servers', { name, transport: 'stdio', command: 'everything', args, env_names: ['DEMO_TOKEN'] });
  await signIn(page, programs, 'administrator');
  for (const width of [320, 800, 1024, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/mcp-servers', `/mcp-servers?edit=${id}`]) {
      await open(page, `${programs.url}${path}`);
      if (path.includes('edit')) await expect(new McpServerForm(page, `Edit ${name}`).program()).toBeVisible();
      const tooWide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('main, dialog[open], dialog[open] .dialog-body')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ tagName, className }) => `${tagName}.${className}`),
      );
      expect(tooWide, `${path} at ${width} px`).toEqual([]);
    }
  }
});
