/** A part of JSON Schema, as far as the service's document uses it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

export interface Operation {
  /** `POST /threads/{thread_id}/runs` */
  name: string;
  method: string;
  path: string;
  params: {
    in: 'path' | 'query' | 'header' | 'cookie';
    name: string;
    required?: boolean;
    schema: JsonSchema;
  }[];
  body?: JsonSchema;
  example?: unknown;
}

interface Document {
  components?: { schemas?: Record<string, JsonSchema> };
  paths: Record<string, Record<string, Described>>;
}

interface Described {
  parameters?: Operation['params'];
  requestBody?: { content: Record<string, { schema: JsonSchema; example?: unknown }> };
}

/** Every operation of the OpenAPI document that the service serves, its references followed. */
export async function readOperations(app: {
  request(path: string): Response | Promise<Response>;
}): Promise<Operation[]> {
  const document = (await (await app.request('/openapi.json')).json()) as Document; // the service's own
  const follow = (schema: JsonSchema | undefined) => schema && inline(schema, document);
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]): Operation => {
      const content = requestBody && Object.values(requestBody.content)[0];
      const body = follow(content?.schema);
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        params: parameters.map((one) => ({ ...one, schema: follow(one.schema) ?? {} })),
        ...(body && { body }),
        ...(content?.example !== undefined && { example: content.example }),
      };
    }),
  );
}

function inline(schema: JsonSchema, document: Document, depth = 0): JsonSchema {
  if (depth > 20) return {};
  const name = schema.$ref?.split('/').at(-1);
  if (name) return inline(document.components?.schemas?.[name] ?? {}, document, depth + 1);
  const down = (part: JsonSchema) => inline(part, document, depth + 1);
  const many = (parts: JsonSchema[]) => parts.map(down);
  return {
    ...schema,
    ...(schema.items && { items: down(schema.items) }),
    ...(schema.anyOf && { anyOf: many(schema.anyOf) }),
    ...(schema.oneOf && { oneOf: many(schema.oneOf) }),
    ...(schema.allOf && { allOf: many(schema.allOf) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: down(schema.additionalProperties),
    }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([key, part]) => [key, down(part)]),
      ),
    }),
  };
}
