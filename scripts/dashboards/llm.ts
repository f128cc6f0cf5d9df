import { type Dashboard, SERVICE } from './dashboard.ts';
import { countBy, has, lines, named, type Show, series, total } from './event-query.ts';

const CALLS = [named('gen_ai.client.inference.operation.details')];
const JUDGED = [named('gen_ai.evaluation.result')];
const MODEL = 'gen_ai.request.model';
const CONVERSATION = 'gen_ai.conversation.id';
const SCORE = { what: 'mean', field: 'gen_ai.evaluation.score.value' } as const;

const tokens = (kind: 'input' | 'output'): Show => ({ what: 'sum', field: `gen_ai.usage.${kind}_tokens` });
const p95 = (field: string): Show => ({ what: 'quantile', share: 0.95, field, by: MODEL });

/** Calls of language models, the conversations they make, and what people think of the answers. */
export const llm: Dashboard = {
  uid: 'otel-events-llm',
  title: 'Language models',
  description: 'Calls, tokens, latency and feedback, as trackLlm and feedback tell them.',
  variables: [SERVICE, { name: 'conversation', label: 'Conversation (the beginning of its id)', text: '' }],
  rows: [
    {
      height: 4,
      panels: [
        {
          title: 'Calls',
          description: 'In the time range.',
          type: 'stat',
          width: 5,
          queries: [total(CALLS, { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Failed',
          description: 'Calls with an error.',
          type: 'stat',
          width: 4,
          alarmFrom: 1,
          queries: [total([...CALLS, has('error.type')], { what: 'count' }, { orZero: true })],
        },
        {
          title: 'Tokens in',
          description: 'gen_ai.usage.input_tokens.',
          type: 'stat',
          width: 5,
          queries: [total(CALLS, tokens('input'))],
        },
        {
          title: 'Tokens out',
          description: 'gen_ai.usage.output_tokens.',
          type: 'stat',
          width: 5,
          queries: [total(CALLS, tokens('output'))],
        },
        {
          title: 'Mean score',
          description: 'Of all feedback with a number.',
          type: 'stat',
          width: 5,
          queries: [total(JUDGED, SCORE)],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Calls by model',
          description: 'gen_ai.request.model.',
          type: 'timeseries',
          width: 8,
          stacked: true,
          queries: [countBy(CALLS, MODEL)],
        },
        {
          title: 'Latency, 95th percentile',
          description: 'From the question to the whole answer.',
          type: 'timeseries',
          width: 8,
          unit: 's',
          queries: [series(CALLS, p95('event.duration'), `{${MODEL}}`)],
        },
        {
          title: 'First token, 95th percentile',
          description: 'Of streams: from the question to the first piece of the answer.',
          type: 'timeseries',
          width: 8,
          unit: 's',
          queries: [series(CALLS, p95('gen_ai.response.time_to_first_chunk'), `{${MODEL}}`)],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Tokens',
          description: 'In and out.',
          type: 'timeseries',
          width: 8,
          stacked: true,
          queries: (['input', 'output'] as const).map((kind) => series(CALLS, tokens(kind), kind)),
        },
        {
          title: 'Feedback',
          description: 'Mean score by its name.',
          type: 'timeseries',
          width: 8,
          queries: [series(JUDGED, { ...SCORE, by: 'gen_ai.evaluation.name' }, '{gen_ai.evaluation.name}')],
        },
        {
          title: 'Verdicts',
          description: 'Feedback by its label.',
          type: 'piechart',
          width: 8,
          queries: [
            total(JUDGED, {
              what: 'count',
              by: ['gen_ai.evaluation.name', 'gen_ai.evaluation.score.label'],
            }),
          ],
        },
      ],
    },
    {
      height: 10,
      panels: [
        {
          title: 'Conversations',
          description: 'By number of calls. A click on one shows what was said.',
          type: 'table',
          width: 9,
          hidden: ['Time'],
          link: {
            title: 'This conversation',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
            url: '/d/otel-events-llm?var-service=$service&var-conversation={gen_ai.conversation.id}&${__url_time_range}',
          },
          queries: [
            total([...CALLS, has(CONVERSATION)], {
              what: 'count',
              by: [CONVERSATION, 'user.id'],
              largest: 20,
            }),
          ],
        },
        {
          title: 'What was said',
          description: 'Nothing of it is here when the app runs with captureContent: false.',
          type: 'logs',
          width: 15,
          queries: [
            lines(
              [...CALLS, { field: CONVERSATION, begins: '$conversation' }],
              `{user.id}: {gen_ai.input.messages} → {${MODEL}}: {gen_ai.output.messages}`,
            ),
          ],
        },
      ],
    },
    {
      height: 5,
      panels: [
        {
          title: 'Conversations',
          description: 'Different gen_ai.conversation.id.',
          type: 'stat',
          width: 8,
          queries: [total(CALLS, { what: 'distinct', field: CONVERSATION })],
        },
        {
          title: 'Users',
          description: 'Different user.id with a call.',
          type: 'stat',
          width: 8,
          queries: [total(CALLS, { what: 'distinct', field: 'user.id' })],
        },
        {
          title: 'Judged',
          description: 'Answers that somebody has an opinion about.',
          type: 'stat',
          width: 8,
          queries: [total(JUDGED, { what: 'distinct', field: 'gen_ai.evaluation.of' })],
        },
      ],
    },
  ],
};
