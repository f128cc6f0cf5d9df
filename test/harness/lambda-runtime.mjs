// The loop of a runtime of AWS Lambda: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { pathToFileURL } from 'node:url';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const { handler } = await import(pathToFileURL(process.argv[2]).href);

for (;;) {
  const next = await fetch(`${api}/next`);
  const answer = await handler(await next.json());
  const id = next.headers.get('lambda-runtime-aws-request-id');
  await fetch(`${api}/${id}/response`, { method: 'POST', body: JSON.stringify(answer) });
}
