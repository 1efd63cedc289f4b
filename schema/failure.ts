/** Errors as the API tells them: a code to switch on, a message, and what to do next. */
import { GraphQLError } from 'graphql';
import { ZodError } from 'zod';
import { Invalid, UndercurrentError } from '../src/core/errors.ts';

/** Turns any error of a request into a `GraphQLError` with `code` and `hint`; what we did not foresee is masked. */
export function tellError(
  error: unknown,
  onUnforeseen: (error: unknown) => void,
  usualCode = 'INVALID',
): GraphQLError {
  const cause = causeOf(error);
  const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  if (cause instanceof UndercurrentError) {
    const field = cause instanceof Invalid && cause.field ? { field: cause.field } : {};
    return new GraphQLError(cause.message, {
      ...place,
      extensions: { code: cause.code, hint: cause.hint, ...field },
    });
  }
  if (cause instanceof ZodError) {
    const issue = cause.issues[0]!;
    const field = issue.path.map(String).join('.');
    return new GraphQLError(`${field}: ${issue.message}`, {
      ...place,
      extensions: { code: 'INVALID', hint: `Mend ${field}.`, field },
    });
  }
  if (cause instanceof GraphQLError) {
    // The request itself: it does not parse, does not fit the schema, or a variable does not fit its type.
    // The compiler's errors have no extensions, whatever their type says.
    const { hint = 'Check the request against the schema.', ...rest } = cause.extensions ?? {};
    return new GraphQLError(cause.message, {
      ...place,
      nodes: cause.nodes,
      source: cause.source,
      positions: cause.positions,
      extensions: { code: usualCode, ...rest, hint },
    });
  }
  onUnforeseen(cause);
  return new GraphQLError('Something went wrong on our side.', {
    ...place,
    extensions: { code: 'INTERNAL', hint: 'Try again; the server’s log says what happened.' },
  });
}

/** The compiler and the executor wrap what a resolver throws, some more than once. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}
