import { axeCheck, expect, hydrated, open, signIn, unique } from '../fixtures';
import { TryPage } from '../pages/model-bindings';
import { LONG, test } from '../support/model-test';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test.describe('the page for trying', () => {
  let name: string;

  test.beforeEach(async ({ page, api, models }) => {
    const client = await api('administrator');
    const credential = await client.createCredential({ name: unique('TRY_KEY'), value: models.key });
    name = unique('Try me');
    const settings = { provider: 'openai-compatible', model_id: 'gpt-test', base_url: models.baseUrl, api_key: credential.id };
    const { id } = await client.post<{ id: string }>('/model-bindings', { name, settings });
    await open(page, `/model-bindings/${id}/try`);
    await expect(page.getByRole('heading', { level: 1, name: `Try ${name}` })).toBeVisible();
  });

  test('text streams in, can be stopped, and only the end is announced', async ({ page }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('tell slowly');
    await page.keyboard.press('Control+Enter');
    await expect(trial.answer()).toContainText('The strongroom');
    await expect(trial.answer()).not.toContainText('Finished.');
    for (const status of await trial.answer().getByRole('status').all()) await expect(status).not.toContainText('The strongroom');
    await trial.stop().click();
    await expect(trial.answer()).toContainText('Stopped. Partial answer below.');
    await expect(trial.answer()).toContainText('The strongroom');
    await expect(trial.run()).toBeFocused();
    await axeCheck(page);
  });

  test('an answer that the provider cuts half way is told, and what came stays', async ({ page, models }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('break off');
    await trial.run().click();
    await expect(trial.answer().getByRole('status').first()).toContainText(`The connection to ${models.host} was lost. Try again, or check its log.`);
    await expect(trial.answer()).toContainText(LONG.slice(0, 30));
    await expect(trial.answer()).not.toContainText(LONG);
    await expect(trial.answer()).not.toContainText('Finished.');
    await axeCheck(page);
    // The next one begins anew.
    await trial.prompt().fill('tell');
    await trial.run().click();
    await expect(trial.answer()).toContainText('Finished.');
    await expect(trial.answer()).toContainText(LONG);
    await expect(trial.answer()).not.toContainText('broke off');
  });

  test('an answer that breaks off on its way to the browser is told, and what came stays', async ({ page }) => {
    await page.route('**/api/v1/actions/ai_generate_text', (route) => {
      const event = (delta: string) => `event: text\ndata: ${JSON.stringify({ type: 'text', delta })}\n\n`;
      // The last event is not whole, and none says how it ended.
      return route.fulfill({ contentType: 'text/event-stream', body: `${event('The strongroom ')}${event('keeps its')}event: text\ndata: {"ty` });
    });
    const trial = new TryPage(page);
    await trial.prompt().fill('tell');
    await trial.run().click();
    await expect(trial.answer().getByRole('status').first()).toContainText('The answer was cut off. Partial answer below; run it again to get all of it.');
    await expect(trial.answer().getByText('The strongroom keeps its', { exact: true })).toBeVisible();
    await expect(trial.run()).toBeVisible();
    await expect(trial.prompt()).toHaveValue('tell');
  });

  test('a run that fails before a word came is told in words of the provider', async ({ page, models }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('fail');
    await trial.run().click();
    await expect(trial.answer().getByRole('status').first()).toContainText(`${models.host} returned an error (500)`);
    await expect(trial.answer()).toContainText('The parrot fell off its perch');
    await expect(trial.prompt()).toHaveValue('fail');
    await axeCheck(page);
  });

  test('an object comes as an object, and its schema has to be one', async ({ page }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('an object');
    await trial.action().selectOption('ai_generate_object');
    await expect(trial.prompt()).toHaveValue('an object');
    const schema = page.getByRole('textbox', { name: 'Output schema' });
    await schema.fill('{"type": ');
    await trial.run().click();
    await expect(schema).toBeFocused();
    await expect(page.getByText('This isn\'t valid JSON. Check line 1')).toBeVisible();
    await schema.fill('{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}');
    await trial.run().click();
    await expect(trial.answer()).toContainText('"city": "Oslo"');
  });

  test('settings that do not fit are unfolded and said', async ({ page }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('tell');
    await page.getByText('Settings', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Temperature' }).fill('7');
    await page.getByText('Settings', { exact: true }).click();
    await trial.run().click();
    await expect(page.getByRole('textbox', { name: 'Temperature' })).toBeFocused();
    await expect(page.getByText('Enter a number from 0 to 2.')).toBeVisible();
  });

  test('a list, a group and a switch among the settings are added, checked and removed', async ({ page }) => {
    const trial = new TryPage(page);
    await trial.prompt().fill('tell');
    await trial.settings().click();
    await trial.add('Stop sequences');
    const list = trial.group('Stop sequences');
    await expect(list).toBeFocused();
    await list.getByRole('button', { name: 'Add entry' }).click();
    await expect(trial.field('Stop sequences 1')).toBeFocused();
    await page.keyboard.type('END');
    await list.getByRole('button', { name: 'Add entry' }).click();
    await trial.field('Stop sequences 2').fill('x'.repeat(101));
    await trial.add('Retries');
    const group = trial.group('Retries');
    await expect(group).toBeFocused();
    await group.getByRole('switch', { name: 'Retry automatically' }).check();
    await group.getByRole('textbox', { name: 'Max attempts' }).fill('11');
    await axeCheck(page);

    // The first wrong one has the focus, and each says what is wrong with it.
    await trial.run().click();
    await expect(trial.field('Stop sequences 2')).toBeFocused();
    await expect(trial.field('Stop sequences 2')).toHaveAttribute('aria-invalid', 'true');
    await expect(trial.field('Stop sequences 1')).not.toHaveAttribute('aria-invalid');
    await expect(list).toContainText('Use up to 100 characters.');
    await expect(group).toContainText('Enter a number from 1 to 10.');
    await trial.remove('Stop sequences 2').click();
    await expect(trial.field('Stop sequences 2')).toHaveCount(0);
    await expect(list.getByRole('button', { name: 'Add entry' })).toBeFocused();
    await expect(list).not.toContainText('Use up to 100 characters.');
    await trial.run().click();
    await expect(group.getByRole('textbox', { name: 'Max attempts' })).toBeFocused();
    await group.getByRole('textbox', { name: 'Max attempts' }).fill('2');

    // The request has exactly the settings on the page, without those that were removed.
    const sent = page.waitForRequest('**/api/v1/actions/ai_generate_text');
    await trial.run().click();
    const { settings } = (await sent).postDataJSON() as { settings: unknown };
    expect(settings).toEqual({ stop_sequences: ['END'], retries: { enabled: true, max_attempts: 2 } });
    await expect(trial.answer()).toContainText('Finished.');
    await trial.remove('Stop sequences').click();
    await trial.remove('Retries').click();
    await expect(list).toHaveCount(0);
    await expect(group).toHaveCount(0);
    await expect(trial.addMenu()).toBeFocused();
  });

  test('the way back is named like that of other records', async ({ page }) => {
    await page.getByRole('link', { name: 'All model bindings', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Model bindings' })).toBeVisible();
  });

  test('an agent uses the tools of an MCP server, and its steps are shown', async ({ page, api, mcp }) => {
    const client = await api('administrator');
    const credential = await client.createCredential({ name: unique('AGENT_MCP'), value: mcp.token });
    await client.post('/mcp-servers', { name: 'guarded', url: mcp.url, credential_id: credential.id });
    await page.reload();
    await hydrated(page);
    const trial = new TryPage(page);
    await trial.action().selectOption('ai_agent');
    await trial.prompt().fill('add up');
    await page.getByRole('button', { name: 'Add MCP server' }).click();
    const server = page.getByRole('combobox', { name: 'Server' });
    await expect(server).toBeFocused();
    await server.selectOption({ label: 'guarded' });
    await page.getByRole('radio', { name: 'Only these:' }).check();
    await page.getByRole('checkbox', { name: 'add' }).check();
    await axeCheck(page);
    await trial.run().click();
    await expect(trial.answer()).toContainText('The sum is 5.');
    await expect(trial.answer().getByText('Step 1: 1 tool')).toBeVisible();
    await trial.answer().getByText('Step 1: 1 tool').click();
    await expect(trial.answer()).toContainText('guarded__add');
  });
});
