/** The model catalogue, with the health of each model (api.md, Models). */
import { z } from '@hono/zod-openapi'
import { listModels } from '../../services/list-models.ts'
import { jsonAnswer } from '../contract/content.ts'
import { ModelResource } from '../contract/model.ts'
import { presentModel } from '../present/present-model.ts'
import type { Route } from '../route.ts'

export const modelRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    summary: 'What each model can do, what it costs and how it fares',
    description: 'The catalogue: sizes, aspect ratios, prices and time limits of each model, and how it fares just now.',
    tags: ['Models'],
    access: 'tenant',
    responses: { 200: jsonAnswer(z.strictObject({ data: z.array(ModelResource) }), 'The catalogue') },
    errors: [],
    handle: async (c) => {
      const { data } = await listModels({ ctx: c.var.services, input: {} })
      return c.json({ data: data.map(presentModel) })
    },
  },
]
