import type { Locator } from '@playwright/test';

import { axeCheck, expect, hydrated, open, type Page, signIn, test as base, unique } from '../fixtures';
import { CreateHereForm } from '../pages/mcp-servers';
import { ModelBindingForm, ModelBindingsPage, TryPage } from '../pages/model-bindings';
import { type ModelProvider, startModels } from '../support/models';
import { freePort } from '../support/process';

const LONG = 'The strongroom keeps its secrets, and the model never sees one of them. '.repeat(6).trim();

/** A provider that checks its key, for this test alone. */
const test = base.extend<{ models: ModelProvider }>({
  models: async ({}, use) => {
    const models = await startModels([
      { match: { model: 'no-such-model' }, response: { status: 404, error: { message: 'The model `no-such-model` does not exist', code: 'model_not_found' } } },
      { match: { model: 'busy-model' }, response: { status: 429, retryAfter: 20, error: { message: 'Rate limit reached', type: 'rate_limit_error' } } },
      { match: { userMessage: 'break off' }, response: { content: LONG }, latency: 40, truncateAfterChunks: 12 },
      { match: { userMessage: 'fail' }, response: { status: 500, error: { message: 'The parrot fell off its perch' } } },
      { match: { userMessage: 'tell slowly' }, response: { content: LONG }, latency: 150 },
      { match: { userMessage: 'tell' }, response: { content: LONG } },
      { match: { userMessage: 'an object' }, response: { content: '{"city":"Oslo"}' } },
      { match: { toolCallId: 'call_sum' }, response: { content: 'The sum is 5.' } },
      { match: { userMessage: 'add up' }, response: { toolCalls: [{ id: 'call_sum', name: 'guarded__add', arguments: { a: 2, b: 3 } }] } },
      { match: {}, response: { content: 'OK' } },
    ]);
    await use(models);
    await models.stop();
  },
});

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
});

test('the main job: a key made on the spot opens a model, which answers on the page for trying', async ({ page, models }) => {
  const form = new ModelBindingForm(page);
  const inner = new CreateHereForm(page);
  const list = new ModelBindingsPage(page);
  const [name, credential] = [unique('Main model'), unique('MODEL_KEY')];
  await open(page, '/model-bindings?dialog=add');
  await form.name().fill(name);
  await form.provider().selectOption({ label: 'OpenAI-compatible server' });
  await form.model().fill('gpt-test');
  await form.baseUrl().fill(models.baseUrl);
  await form.test().click();
  await expect(form.dialog).toContainText(/needs an API key/);
  await form.picker.field().fill(credential);
  await form.picker.row(/Create credential/).click();
  await expect(inner.dialog).toContainText(models.host);
  await inner.value.paste(models.key);
  await inner.save().click();
  await expect(form.picker.field()).toHaveValue(credential);
  await expect(form.dialog).toContainText("You've changed the form since this test.");
  await expect(form.dialog).toContainText(`Sent only to ${models.origin}.`);
  await form.test().click();
  await expect(form.dialog).toContainText('Connected – the model responded.');
  await axeCheck(page, 'dialog');
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  await expect(list.row(name)).toContainText(credential);
  await expect(list.row(name)).toContainText('gpt-test');

  await list.operation('Try', name).click();
  const trial = new TryPage(page);
  await trial.prompt().fill('tell');
  await trial.run().click();
  await expect(trial.answer()).toContainText(LONG);
  await expect(trial.answer().getByRole('status').first()).toContainText('Finished.');
  await expect(trial.answer()).toContainText('Output tokens');
  expect(await page.content()).not.toContain(models.key);
});

test('all of it by keyboard', async ({ page, models }) => {
  const form = new ModelBindingForm(page);
  const inner = new CreateHereForm(page);
  const [name, credential] = [unique('Keys'), unique('KEYBOARD_KEY')];
  await open(page, '/model-bindings');
  await page.keyboard.press('n');
  await expect(form.name()).toBeFocused();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await expect(form.provider()).toBeFocused();
  await page.keyboard.type('Ollama');
  await page.keyboard.press('Tab');
  await page.keyboard.type('gpt-test');
  await page.keyboard.press('Tab');
  await expect(form.baseUrl()).toBeFocused();
  await page.keyboard.type(models.baseUrl);
  await page.keyboard.press('Tab');
  await expect(form.picker.field()).toBeFocused();
  await page.keyboard.type(credential);
  await expect(form.picker.row(/Create credential/)).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(inner.name()).toHaveValue(credential);
  await page.keyboard.press('Tab');
  await page.keyboard.type(models.key);
  await page.keyboard.press('Control+Enter');
  await expect(inner.dialog).toBeHidden();
  await expect(form.picker.field()).toBeFocused();
  await form.name().focus();
  await page.keyboard.press('Enter');
  await expect(form.dialog).toBeHidden();
  await expect(new ModelBindingsPage(page).row(name)).toContainText(credential);
});

test('fields come and go with the provider, and keep what was typed', async ({ page }) => {
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai');
  await expect(form.baseUrl()).toBeHidden();
  await form.provider().selectOption('ollama');
  await form.baseUrl().fill('http://127.0.0.1:9999/v1');
  await form.provider().selectOption('openai');
  await expect(form.baseUrl()).toBeHidden();
  await form.provider().selectOption('litellm');
  await expect(form.baseUrl()).toHaveValue('http://127.0.0.1:9999/v1');
});

test('a hidden field is added, takes the focus, and is removed again', async ({ page }) => {
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai');
  await form.add().click();
  await form.addable('Organization').click();
  await expect(form.organization()).toBeFocused();
  await form.organization().fill('org-1');
  await axeCheck(page, 'dialog');
  await form.remove('Organization').click();
  await expect(form.organization()).toBeHidden();
  await expect(form.add()).toBeFocused();
  // By keyboard; what was typed is there again.
  await page.keyboard.press('Enter');
  await expect(form.addable('Base URL')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(form.organization()).toHaveValue('org-1');
});

test('faults stand at their fields, those of the server too, and hidden ones are shown', async ({ page }) => {
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.save().click();
  await expect(form.name()).toBeFocused();
  await expect(form.dialog.getByRole('alert').first()).toContainText('Fix 3 fields');
  await expect(form.provider()).toHaveAttribute('aria-invalid', 'true');
  await form.name().fill(unique('Faults'));
  await form.provider().selectOption('openai');
  await expect(form.provider()).not.toHaveAttribute('aria-invalid');
  await form.add().click();
  await form.addable('Base URL').click();
  await form.baseUrl().fill('ftp://example.com');
  await form.baseUrl().blur();
  await expect(form.dialog).toContainText('Start the URL with https:// or http://.');
  await form.remove('Base URL').click();
  await expect(form.dialog).not.toContainText('Start the URL with https:// or http://.');
  await form.model().fill('gpt-test');
  // What only the server knows: an address that nothing may be sent to. It is said at its field, hidden or not.
  await form.add().click();
  await form.addable('Base URL').click();
  await form.baseUrl().fill('http://169.254.169.254/v1');
  await form.save().click();
  await expect(form.baseUrl()).toBeFocused();
  await expect(form.dialog).toContainText('Strongroom never contacts cloud metadata services.');
  await expect(form.baseUrl()).toHaveAttribute('aria-invalid', 'true');
  await form.remove('Base URL').click();
  await expect(form.dialog).not.toContainText('cloud metadata services');
  // No person meets a fault in a field that is hidden, unless the server has a rule that the browser does not know.
  await page.route('**/api/v1/model-bindings', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'urn:strongroom:problem:invalid',
        title: 'Invalid',
        status: 422,
        detail: 'Correct the listed fields.',
        request_id: '0198c1d2-0000-7000-8000-000000000001',
        errors: [{ pointer: '/settings/organization', code: 'too-long', detail: 'The server wants a shorter one.' }],
      }),
    }),
  );
  await form.save().click();
  await expect(form.organization()).toBeFocused();
  await expect(form.dialog).toContainText('The server wants a shorter one.');
  await page.unrouteAll();
});

test('what the server refuses, the form refuses before', async ({ page }) => {
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai-compatible');
  await form.model().fill('two words');
  await form.model().blur();
  await expect(form.dialog).toContainText('Remove the spaces.');
  await form.model().fill(' gpt-test ');
  await form.model().blur();
  await expect(form.dialog).not.toContainText('Remove the spaces.');
  await form.baseUrl().fill('https://models.example.com/v1?page=1');
  await form.baseUrl().blur();
  await expect(form.dialog).toContainText('Remove the part after the question mark.');
  // A marked canary, made up here.
  await form.baseUrl().fill('https://models.example.com/sk-canary-0000000000000000/v1');
  await form.baseUrl().blur();
  await expect(form.dialog).toContainText('This looks like a secret.');
});

test('a name that is taken stays told, however soon the server answers', async ({ page, api }) => {
  const name = unique('Taken');
  await (await api('administrator')).post('/model-bindings', { name, settings: { provider: 'openai', model_id: 'gpt-test' } });
  const form = new ModelBindingForm(page);
  await page.clock.install();
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai');
  await form.model().fill('gpt-test');
  await form.name().fill(name);
  await form.save().click();
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
  // Whatever still waits comes now.
  await page.clock.runFor(1_000);
  await expect(form.name()).toHaveAttribute('aria-invalid', 'true');
});

test('a raw key is refused where an id or a text belongs', async ({ page }) => {
  const form = new ModelBindingForm(page);
  const canary = 'sk-canary-0000000000000000';
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai');
  await form.model().fill(canary);
  await form.model().blur();
  await expect(form.dialog).toContainText('This looks like a secret.');
  await form.picker.field().fill(canary);
  await expect(form.picker.list()).toContainText('Create credential from pasted text');
  await expect(form.picker.field()).toHaveValue('');
});

test('another provider or host clears the key, and Undo takes it back', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('MOVES'), value: 'canary-moves' });
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.name().fill(unique('Moves'));
  await form.provider().selectOption('openai');
  await form.model().fill('gpt-test');
  await form.picker.choose(name);
  await form.provider().selectOption('anthropic');
  await expect(form.dialog).toContainText('You changed api.openai.com to api.anthropic.com. Choose the credential again to confirm.');
  await expect(form.picker.field()).toHaveValue('');
  await form.save().click();
  await expect(form.dialog).toContainText('Choose a credential for it, or continue without one.');
  await form.dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(form.picker.field()).toHaveValue(name);
  // The same host, but another provider.
  await form.provider().selectOption('openai');
  await form.dialog.getByRole('button', { name: 'Undo' }).click();
  await form.provider().selectOption('openai-responses');
  await expect(form.picker.field()).toHaveValue('');
});

test('another provider clears the key even before it has an address', async ({ page, api }) => {
  const { name } = await (await api('administrator')).createCredential({ name: unique('NO_HOST'), value: 'canary-no-host' });
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.name().fill(unique('No host'));
  await form.provider().selectOption('openai');
  await form.model().fill('gpt-test');
  await form.picker.choose(name);
  await form.provider().selectOption('openai-compatible');
  await expect(form.dialog).toContainText('You changed OpenAI (chat completions) to');
  await expect(form.picker.field()).toHaveValue('');
  // The host that the key was chosen for, but at another provider: it is asked for again.
  await form.baseUrl().fill('https://api.openai.com/v1');
  await form.save().click();
  await expect(form.dialog).toContainText('Choose a credential for it, or continue without one.');
  await form.dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(form.picker.field()).toHaveValue(name);
});

test('another base path of an allowed host is asked for, and the whole host is a choice of its own', async ({ page, api }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('MODEL_PATHS'), value: 'canary-paths', allowed_hosts: ['models.example.com/v1'] });
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.name().fill(unique('Paths'));
  await form.provider().selectOption('openai-compatible');
  await form.model().fill('m');
  await form.baseUrl().fill('https://models.example.com/v2');
  await form.picker.choose(credential.name);
  await form.save().click();
  await expect(form.allow('https://models.example.com/v2 and below')).not.toBeChecked();
  await form.allow('all of models.example.com').check();
  await expect(form.allow('https://models.example.com/v2 and below')).toBeChecked();
  await form.save().click();
  await expect(form.dialog).toBeHidden();
  const { allowed_hosts } = await client.get<{ allowed_hosts: string[] }>(`/credentials/${credential.id}`);
  expect([...allowed_hosts].sort()).toEqual(['models.example.com', 'models.example.com/v1']);
});

test('a refused key is said to be refused, by name and without its value', async ({ page, api, models }) => {
  const wrong = 'canary-7c11-wrong-key';
  const { name } = await (await api('administrator')).createCredential({ name: unique('WRONG_KEY'), value: wrong });
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai-compatible');
  await form.model().fill('gpt-test');
  await form.baseUrl().fill(models.baseUrl);
  await form.picker.choose(name);
  await form.test().click();
  await expect(form.dialog).toContainText(`${models.host} refused ${name} (401).`);
  expect(await page.content()).not.toContain(wrong);
});

/** Goes to a control as people do who have no pointer. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  const isThere = () => control.evaluate((element) => element === document.activeElement);
  for (let step = 0; step < 60 && !(await isThere()); step += 1) await page.keyboard.press('Tab');
  await expect(control).toBeFocused();
}

for (const [what, model, words] of [
  ['a model that the provider does not know', 'no-such-model', "has no model no-such-model, or your key can't use it. Check the model ID."],
  ['a provider that takes no more requests', 'busy-model', 'has reached its rate limit. Try again in 20 seconds.'],
] as const) {
  test(`a test tells ${what}, and saving goes on`, async ({ page, api, models }) => {
    const { name } = await (await api('administrator')).createCredential({ name: unique('TESTED_KEY'), value: models.key });
    const form = new ModelBindingForm(page);
    const binding = unique('Tested');
    await open(page, `/model-bindings?search=${binding}&dialog=add`);
    await form.name().fill(binding);
    await form.provider().selectOption('openai-compatible');
    await form.model().fill(model);
    await form.baseUrl().fill(models.baseUrl);
    await form.picker.choose(name);
    await form.test().click();
    await expect(form.dialog.getByRole('status').filter({ hasText: `Not connected. ${models.host} ${words}` })).toBeVisible();
    await axeCheck(page, 'dialog');
    await form.model().fill('gpt-test');
    await expect(form.dialog).toContainText("You've changed the form since this test.");
    await form.test().click();
    await expect(form.dialog).toContainText('Connected – the model responded.');
    await expect(form.dialog).not.toContainText('Not connected.');
    await form.model().fill(model);
    await form.save().click();
    await expect(form.dialog).toBeHidden();
    await expect(new ModelBindingsPage(page).row(binding)).toContainText(model);
    expect(await page.content()).not.toContain(models.key);
  });
}

test('a test tells that nothing is there to connect to', async ({ page }) => {
  const host = `127.0.0.1:${await freePort()}`;
  const form = new ModelBindingForm(page);
  await open(page, '/model-bindings?dialog=add');
  await form.provider().selectOption('openai-compatible');
  await form.model().fill('gpt-test');
  await form.baseUrl().fill(`http://${host}/v1`);
  await form.test().click();
  const words = `Not connected. ${host} isn't accepting connections. Is the server running, and is the port right?`;
  await expect(form.dialog.getByRole('status').filter({ hasText: words })).toBeVisible();
  await axeCheck(page, 'dialog');
});

test('a model is tested and tried by keyboard alone', async ({ page, api, models }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('KEYS_ONLY'), value: models.key });
  const name = unique('Keys only');
  const settings = { provider: 'openai-compatible', model_id: 'gpt-test', base_url: models.baseUrl, api_key: credential.id };
  await client.post('/model-bindings', { name, settings });
  const list = new ModelBindingsPage(page);
  await open(page, `/model-bindings?search=${encodeURIComponent(name)}`);
  await tabTo(page, list.operation('Edit', name));
  await page.keyboard.press('Enter');
  const form = new ModelBindingForm(page, `Edit ${name}`);
  await expect(form.name()).toBeFocused();
  await tabTo(page, form.test());
  await page.keyboard.press('Enter');
  await expect(form.dialog).toContainText('Connected – the model responded.');
  await expect(form.test(), 'the focus stays, for another try').toBeFocused();
  await page.keyboard.press('Escape');
  await expect(form.dialog).toBeHidden();

  await tabTo(page, list.operation('Try', name));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: `Try ${name}` })).toBeFocused();
  const trial = new TryPage(page);
  await tabTo(page, trial.prompt());
  await page.keyboard.type('tell slowly');
  await tabTo(page, trial.run());
  await page.keyboard.press('Enter');
  await expect(trial.answer()).toContainText('The strongroom');
  await tabTo(page, trial.stop());
  await page.keyboard.press('Enter');
  await expect(trial.answer()).toContainText('Stopped. Partial answer below.');
  await expect(trial.run()).toBeFocused();
});

test('test, edit and delete from the row', async ({ page, api, models }) => {
  const client = await api('administrator');
  const credential = await client.createCredential({ name: unique('ROW_KEY'), value: models.key });
  const name = unique('Row');
  const settings = { provider: 'openai-compatible', model_id: 'gpt-test', base_url: models.baseUrl, api_key: credential.id };
  await client.post('/model-bindings', { name, settings });
  const list = new ModelBindingsPage(page);
  await open(page, '/model-bindings');
  await axeCheck(page);

  await list.operation('Test', name).click();
  await expect(page.getByRole('dialog', { name: `Test ${name}` })).toContainText('Connected');
  await page.keyboard.press('Escape');

  await list.operation('Edit', name).click();
  const edit = new ModelBindingForm(page, `Edit ${name}`);
  await expect(edit.picker.field()).toHaveValue(credential.name);
  await expect(edit.baseUrl()).toHaveValue(models.baseUrl);
  await edit.model().fill('gpt-other');
  await edit.save().click();
  await expect(edit.dialog).toBeHidden();
  await expect(list.row(name)).toContainText('gpt-other');

  await list.operation('Delete', name).click();
  const question = page.getByRole('dialog', { name: `Delete ${name}?` });
  await expect(question).toContainText(`The credential ${credential.name} stays.`);
  await axeCheck(page, 'dialog');
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(list.row(name)).toHaveCount(0);
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
    await expect(page.getByText('This isn't valid JSON. Check line 1')).toBeVisible();
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

    // What is sent is what stands there, and what was taken away is not.
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
