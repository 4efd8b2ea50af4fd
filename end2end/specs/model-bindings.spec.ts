import { axeCheck, expect, open, signIn, unique } from '../fixtures';
import { CreateHereForm } from '../pages/mcp-servers';
import { ModelBindingForm, ModelBindingsPage, TryPage } from '../pages/model-bindings';
import { LONG, test } from '../support/model-test';

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
