/** GraphQL over HTTP: one request in, one response out, and its transaction ended whatever happens. */
import { useGraphQlJit } from '@envelop/graphql-jit';
import { Kind } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type Auth, type Context, createContext, type Deps } from './context.ts';
import { tellError } from './failure.ts';
import { schema } from './index.ts';
import { refusal, weigh } from './limits.ts';

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
    plugins: [limits, compiler],
  });
  return async (request, auth) => {
    const context = createContext(rest, auth);
    try {
      return await yoga.fetch(request, context);
    } finally {
      await context.finish();
    }
  };
}

const limits: Plugin = {
  onValidate() {
    // These don't pass `maskError`, and would be the only ones without a hint.
    return ({ valid, result, setResult }) => {
      if (!valid) setResult(result.map((error) => tellError(error, () => {}, 'GRAPHQL_VALIDATION_FAILED')));
    };
  },
  onExecute({ args, setResultAndStopExecution }) {
    const refused = refusal(weigh(args.schema, args.document, args.variableValues ?? {}, args.operationName));
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
