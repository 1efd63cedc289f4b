/**
 * What a request may ask for at most. Depth and cost are known before anything runs: an object costs 1, a list of them
 * as many as are asked for, so `first` in `first` multiplies. `extensions.cost` and `extensions.argCosts` of a field
 * add what its work costs besides. (Ready-made limits don't multiply by `first`, which is what hurts here.)
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { USUAL_PAGE } from './connection.ts';

export const MOST_LEVELS = 10;
export const MOST_OBJECTS = 50_000;

/** Entries assumed in a list that is not asked for by number. */
const USUAL_LIST = 10;

export interface Weight {
  /** Levels of fields, one below the other. */
  depth: number;
  /** Objects the answer may have at most, more or less. */
  cost: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** How deep and costly a valid document's operation is. Introspection is free: the schema bounds it. */
export function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  operationName?: string | null,
): Weight {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const weighed = new Map<string, Weight>();

  function ofSelections(selections: SelectionSetNode, type: GraphQLNamedType): Weight {
    const total = { depth: 0, cost: 0 };
    for (const selection of selections.selections) {
      const part =
        selection.kind === Kind.FIELD
          ? ofField(selection, type)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(
                selection.selectionSet,
                selection.typeCondition ? schema.getType(selection.typeCondition.name.value)! : type,
              )
            : ofFragment(selection.name.value);
      total.depth = Math.max(total.depth, part.depth);
      total.cost += part.cost;
    }
    return total;
  }

  /** Weighed once however often it is spread: fragments of fragments must not make weighing itself costly. */
  function ofFragment(name: string): Weight {
    let weight = weighed.get(name);
    if (!weight) {
      const fragment = fragments.get(name)!;
      weight = ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)!);
      weighed.set(name, weight);
    }
    return weight;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType): Weight {
    const name = node.name.value;
    if (name.startsWith('__') || !(isObjectType(parent) || isInterfaceType(parent)))
      return { depth: 0, cost: 0 };
    const field = parent.getFields()[name]!;
    const type = getNamedType(field.type);
    const own = extraCost(field, node) + (isCompositeType(type) ? 1 : 0);
    if (!node.selectionSet) return { depth: 1, cost: own };
    const below = ofSelections(node.selectionSet, type);
    return { depth: below.depth + 1, cost: own + entries(field, node, parent) * below.cost };
  }

  function extraCost(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    let cost = (field.extensions.cost as number | undefined) ?? 0;
    const argCosts = field.extensions.argCosts as Record<string, number> | undefined;
    for (const [arg, more] of Object.entries(argCosts ?? {})) if (given(node, arg) != null) cost += more;
    return cost;
  }

  function entries(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType): number {
    const first = field.args.find((arg) => arg.name === 'first');
    if (first) {
      const asked = given(node, 'first') ?? given(node, 'last') ?? first.defaultValue ?? USUAL_PAGE;
      // One over the allowed size is refused by the field itself, with a better message than ours.
      return typeof asked === 'number' && asked > 0 ? asked : 1;
    }
    if (!isListType(getNullableType(field.type))) return 1;
    // The connection around has counted these already.
    if (field.name === 'edges' && parent.name.endsWith('Connection')) return 1;
    const ids = given(node, 'ids');
    return Array.isArray(ids) ? ids.length : USUAL_LIST;
  }

  function given(node: FieldNode, arg: string): unknown {
    const value = node.arguments?.find((one) => one.name.value === arg)?.value;
    return value ? valueFromASTUntyped(value, variables) : undefined;
  }

  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const operation = operationName
    ? operations.find((one) => one.name?.value === operationName)
    : operations[0];
  const root = operation && schema.getRootType(operation.operation);
  return root ? ofSelections(operation.selectionSet, root) : { depth: 0, cost: 0 };
}

/** The refusal of a request that asks for too much; null for one that doesn't. */
export function refusal({ depth, cost }: Weight): GraphQLError | null {
  if (depth > MOST_LEVELS) {
    return new GraphQLError(`The request is ${depth} levels deep; ${MOST_LEVELS} are allowed.`, {
      extensions: {
        code: 'TOO_DEEP',
        hint: 'Ask in two requests, the second by the ids the first one gave.',
      },
    });
  }
  if (cost > MOST_OBJECTS) {
    return new GraphQLError(`The request asks for about ${cost} objects; ${MOST_OBJECTS} are allowed.`, {
      extensions: {
        code: 'TOO_COSTLY',
        hint: 'Ask for smaller pages (`first`), above all in lists within lists.',
      },
    });
  }
  return null;
}
