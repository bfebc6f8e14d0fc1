import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasBody } from './raw-request.ts'

/** A refused upload is not drained: the connection ends with the answer. */
export function closeWhenBodyIsUnread(request: FastifyRequest, reply: FastifyReply): void {
  if (hasBody(request.raw) && !request.raw.complete) reply.header('connection', 'close')
}
