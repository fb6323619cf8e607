import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

/** Of what is described at /openapi.json; it changes with the interface, not with Baton. */
const interfaceVersion = '1.0.0';

/** The document is made of the routes and of the schemas that requests are checked against. */
export const documentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Baton',
      description: 'Calls and their attached data.',
      version: interfaceVersion,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of http.tokens; none where none is configured.',
        },
      },
    },
    security: [{ bearer: [] }, {}],
  },
};
