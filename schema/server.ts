/** GraphQL over HTTP: one request in, one response out, and its transaction ended whatever happens. */
import { useGraphQlJit } from '@envelop/graphql-jit';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, Kind } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { type Auth, type Context, createContext, type Deps } from './context.ts';
import { tellError } from './failure.ts';
import { schema } from './index.ts';
import { refusal, type Weight, weigh } from './limits.ts';

export interface HandlerDeps extends Deps {
  log: { error(details: object, message: string): void };
  /** Whether a browser that opens the address gets an editor for queries. */
  graphiql: boolean;
}

/** Answers GraphQL requests at `/graphql`. Who asks is found out before; what they may do is checked per field. */
export function createGraphQLHandler(deps: HandlerDeps): (request: Request, auth: Auth) => Promise<Response> {
  const { log, graphiql, ...rest } = deps;
  const yoga = createYoga<Context>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql,
    landingPage: false,
    batching: false,
    cors: false,
    logging: false,
    maskedErrors: {
      maskError: (error) =>
        tellError(error, (unforeseen) => log.error({ err: unforeseen }, 'a GraphQL request failed')),
    },
    plugins: [answers, limits, compiler],
  });

  return async (request, auth) => {
    const context: ServerContext = createContext(rest, auth);
    try {
      if (!isUsual(request)) return await yoga.fetch(request, context);
      const body = await request.text();
      const params = readParams(body);
      if (params) {
        const result = await yoga.getResultForParams({ params, request }, context);
        if (isPlain(result)) return new Response(write(result), { headers: JSON_HEADERS });
        context.answer = result;
      }
      const { url, method, headers } = request;
      return await yoga.fetch(new Request(url, { method, headers, body }), context);
    } finally {
      await context.finish();
    }
  };
}

/** The context of a request; `answer` is there when only HTTP is left to be done. */
type ServerContext = Context & { answer?: unknown };

/*
 * The usual request, JSON in and JSON out, is read and answered here: yoga takes it through streams, which costs as much
 * as answering it. It goes through the same plugins, and whatever is out of the ordinary (another form, an error with
 * its status) goes yoga's way.
 */
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

function isUsual({ method, headers }: Request): boolean {
  const accept = headers.get('accept');
  return (
    method === 'POST' &&
    headers.get('content-type')?.split(';', 1)[0] === 'application/json' &&
    headers.has('content-length') &&
    (accept === null || accept === '*/*' || accept === 'application/json')
  );
}

const paramsSchema = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

function readParams(body: string): GraphQLParams | null {
  try {
    const { data } = paramsSchema.safeParse(JSON.parse(body));
    return data ? (data as GraphQLParams) : null;
  } catch {
    return null;
  }
}

type Result = ExecutionResult & { stringify?: (result: ExecutionResult) => string };

const isPlain = (result: unknown): result is Result =>
  typeof result === 'object' &&
  result !== null &&
  'data' in result &&
  !('errors' in result && result.errors) &&
  !('extensions' in result && result.extensions);

const write = (result: Result): string => (result.stringify ?? JSON.stringify)(result);

const answers: Plugin<object, ServerContext> = {
  onParams({ context, setResult }) {
    if (context.answer) setResult(context.answer as ExecutionResult);
  },
};

/** Of documents without variables and names: they stay the same objects for many requests. */
const weights = new WeakMap<DocumentNode, Weight>();

function weightOf({ schema, document, variableValues, operationName }: ExecutionArgs): Weight {
  const variables = variableValues ?? {};
  const known = weights.get(document);
  const plain = Object.keys(variables).length === 0 && !operationName;
  if (known && plain) return known;
  const weight = weigh(schema, document, variables, operationName);
  if (plain) weights.set(document, weight);
  return weight;
}

const limits: Plugin = {
  onValidate() {
    // These don't pass `maskError`, and would be the only ones without a hint.
    return ({ valid, result, setResult }) => {
      if (!valid) setResult(result.map((error) => tellError(error, () => {}, 'GRAPHQL_VALIDATION_FAILED')));
    };
  },
  onExecute({ args, setResultAndStopExecution }) {
    const refused = refusal(weightOf(args));
    if (refused) setResultAndStopExecution({ errors: [refused] });
  },
};

/** It keeps one compiled operation per document, so documents with several are left to the interpreter. */
const compiler = useGraphQlJit(
  {},
  {
    enableIf: ({ document }) =>
      document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION).length === 1,
  },
);
