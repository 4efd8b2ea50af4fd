import { test as base } from '../fixtures';
import { type ModelProvider, startModels } from './models';

export const LONG = 'The strongroom keeps its secrets, and the model never sees one of them. '.repeat(6).trim();

/** A provider that checks its key, for this test alone. */
export const test = base.extend<{ models: ModelProvider }>({
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
