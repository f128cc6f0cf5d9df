import { type Dashboard, SERVICE } from './dashboard.ts';
import { count, distinct, events, orZero, quantile, sumOf } from './logql.ts';

const CALLS = events('| event_name="gen_ai.client.inference.operation.details"');
const JUDGED = events('| event_name="gen_ai.evaluation.result"');
const MODEL = 'gen_ai_request_model';

const inRange = (selection: string): string => count(selection, '$__range');
const tokens = (kind: 'input' | 'output', window: string): string =>
  `sum_over_time(${CALLS} | gen_ai_usage_${kind}_tokens != "" | unwrap gen_ai_usage_${kind}_tokens | __error__="" [${window}])`;
const score = (window: string, by = ''): string =>
  `avg_over_time(${JUDGED} | gen_ai_evaluation_score_value != "" | unwrap gen_ai_evaluation_score_value | __error__="" [${window}]) by (${by})`;

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
          queries: [{ from: 'loki', expr: orZero(sumOf(inRange(CALLS))), instant: true }],
        },
        {
          title: 'Failed',
          description: 'Calls with an error.',
          type: 'stat',
          width: 4,
          alarmFrom: 1,
          queries: [
            { from: 'loki', expr: orZero(sumOf(inRange(`${CALLS} | error_type != ""`))), instant: true },
          ],
        },
        {
          title: 'Tokens in',
          description: 'gen_ai.usage.input_tokens.',
          type: 'stat',
          width: 5,
          queries: [{ from: 'loki', expr: sumOf(tokens('input', '$__range')), instant: true }],
        },
        {
          title: 'Tokens out',
          description: 'gen_ai.usage.output_tokens.',
          type: 'stat',
          width: 5,
          queries: [{ from: 'loki', expr: sumOf(tokens('output', '$__range')), instant: true }],
        },
        {
          title: 'Mean score',
          description: 'Of all feedback with a number.',
          type: 'stat',
          width: 5,
          queries: [{ from: 'loki', expr: score('$__range'), instant: true }],
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
          queries: [{ from: 'loki', expr: sumOf(count(CALLS), MODEL), legend: `{{${MODEL}}}` }],
        },
        {
          title: 'Latency, 95th percentile',
          description: 'From the question to the whole answer.',
          type: 'timeseries',
          width: 8,
          unit: 's',
          queries: [
            { from: 'loki', expr: quantile(0.95, CALLS, 'event_duration', MODEL), legend: `{{${MODEL}}}` },
          ],
        },
        {
          title: 'First token, 95th percentile',
          description: 'Of streams: from the question to the first piece of the answer.',
          type: 'timeseries',
          width: 8,
          unit: 's',
          queries: [
            {
              from: 'loki',
              expr: quantile(0.95, CALLS, 'gen_ai_response_time_to_first_chunk', MODEL),
              legend: `{{${MODEL}}}`,
            },
          ],
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
          queries: (['input', 'output'] as const).map((kind) => ({
            from: 'loki' as const,
            expr: sumOf(tokens(kind, '$__auto')),
            legend: kind,
          })),
        },
        {
          title: 'Feedback',
          description: 'Mean score by its name.',
          type: 'timeseries',
          width: 8,
          queries: [
            {
              from: 'loki',
              expr: score('$__auto', 'gen_ai_evaluation_name'),
              legend: '{{gen_ai_evaluation_name}}',
            },
          ],
        },
        {
          title: 'Verdicts',
          description: 'Feedback by its label.',
          type: 'piechart',
          width: 8,
          queries: [
            {
              from: 'loki',
              expr: sumOf(inRange(JUDGED), 'gen_ai_evaluation_name', 'gen_ai_evaluation_score_label'),
              instant: true,
              legend: '{{gen_ai_evaluation_name}}: {{gen_ai_evaluation_score_label}}',
            },
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
            url: '/d/otel-events-llm?var-service=$service&var-conversation=${__data.fields.gen_ai_conversation_id}&${__url_time_range}',
          },
          queries: [
            {
              from: 'loki',
              expr: `topk(20, ${sumOf(inRange(`${CALLS} | gen_ai_conversation_id != ""`), 'gen_ai_conversation_id', 'user_id')})`,
              instant: true,
            },
          ],
        },
        {
          title: 'What was said',
          description: 'Nothing of it is here when the app runs with captureContent: false.',
          type: 'logs',
          width: 15,
          queries: [
            {
              from: 'loki',
              expr: `${CALLS} | gen_ai_conversation_id=~"$conversation.*" | line_format "{{.user_id}}: {{.gen_ai_input_messages}} → {{.${MODEL}}}: {{.gen_ai_output_messages}}"`,
            },
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
          queries: [{ from: 'loki', expr: distinct('gen_ai_conversation_id', CALLS), instant: true }],
        },
        {
          title: 'Users',
          description: 'Different user.id with a call.',
          type: 'stat',
          width: 8,
          queries: [{ from: 'loki', expr: distinct('user_id', CALLS), instant: true }],
        },
        {
          title: 'Judged',
          description: 'Answers that somebody has an opinion about.',
          type: 'stat',
          width: 8,
          queries: [{ from: 'loki', expr: distinct('gen_ai_evaluation_of', JUDGED), instant: true }],
        },
      ],
    },
  ],
};
