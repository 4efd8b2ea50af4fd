import type { Locator } from '@playwright/test';

import { axeCheck, expect, open, type Page, signIn, unique } from '../fixtures';
import { ModelBindingForm, ModelBindingsPage, TryPage } from '../pages/model-bindings';
import { test } from '../support/model-test';
import { freePort } from '../support/process';

test.beforeEach(async ({ page, server }) => {
  await signIn(page, server, 'administrator');
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
