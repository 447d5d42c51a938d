/** @jsxImportSource react */
/**
 * A chat-style picture editor in React. Your server makes a session and a token for it (`sessions.create`, `sessions.createToken`)
 * with its key, and hands both to the page; allow the page's origin by CORS_ORIGINS. `getToken` is asked before every request, so
 * that it can fetch a new token before the one it has expires.
 */
import { createClient, type Edit, hasEnded, type Turn, type TurnEvent } from 'pentimento/client'
import { type FormEvent, useEffect, useMemo, useState } from 'react'

interface ChatEditorProps {
  baseUrl: string
  sessionId: string
  getToken: () => string | Promise<string>
}

export function ChatEditor({ baseUrl, sessionId, getToken }: ChatEditorProps) {
  const client = useMemo(() => createClient({ baseUrl, token: getToken }), [baseUrl, getToken])
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const [progress, setProgress] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  const put = (turn: Turn) => setTurns((known) => [...known.filter(({ id }) => id !== turn.id), turn])

  /** Shows a turn from the moment it is accepted until it has ended. */
  const follow = async (edit: Edit) => {
    setProblem(null)
    setProgress('Sending')
    try {
      put(await edit.accepted)
      for await (const event of edit) {
        setProgress((before) => describe(event) ?? before)
        if ('turn' in event) put(event.turn)
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'Something went wrong')
    } finally {
      setProgress(null)
    }
  }

  // What was there before, and the turn that was under way when the page was left.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each session
  useEffect(() => {
    const load = async () => {
      const branch = await client.session(sessionId).turns()
      const active = (await client.session(sessionId).turns({ all: true })).find((turn) => !hasEnded(turn))
      setTurns(branch)
      if (active !== undefined) await follow(client.turns.follow(active.id))
    }
    load().catch((error: Error) => setProblem(error.message))
  }, [client, sessionId])

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const image = form.get('image')
    const images = image instanceof File && image.size > 0 ? [image] : []
    void follow(client.session(sessionId).edit({ prompt: String(form.get('prompt')), images }))
    event.currentTarget.reset()
  }

  const active = turns.find((turn) => !hasEnded(turn))
  return (
    <section aria-label="Picture editor">
      <ol>
        {turns.map((turn) => (
          <li key={turn.id}>
            <TurnView turn={turn} onAgain={() => void follow(client.turns.regenerate(turn.id))} />
          </li>
        ))}
      </ol>
      <p role="status">{progress}</p>
      {problem !== null && <p role="alert">{problem}</p>}
      <form onSubmit={submit}>
        <label>
          Picture <input type="file" name="image" accept="image/png,image/jpeg,image/webp,image/heic" />
        </label>
        <label>
          What to do <input name="prompt" required autoComplete="off" />
        </label>
        {active === undefined ? (
          <button type="submit">Send</button>
        ) : (
          <button type="button" onClick={() => void client.turns.cancel(active.id)}>
            Stop
          </button>
        )}
      </form>
    </section>
  )
}

function TurnView({ turn, onAgain }: { turn: Turn; onAgain: () => void }) {
  const prompt = turn.input.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ')
  const words = turn.output?.parts.flatMap((part) => (part.type === 'text' && !part.thought ? [part.text] : [])).join('')
  return (
    <article>
      <p>{prompt}</p>
      {words && <p>{words}</p>}
      {turn.output?.image && <img src={turn.output.image.url} alt={prompt} />}
      {turn.error && <p role="alert">{turn.error.detail}</p>}
      {hasEnded(turn) && (
        <button type="button" onClick={onAgain}>
          Again
        </button>
      )}
    </article>
  )
}

/** What goes on, in words; null for events that change nothing of that. */
function describe(event: TurnEvent): string | null {
  switch (event.type) {
    case 'turn.waiting':
      return `Waiting (${event.because}), until ${new Date(event.untilMs).toLocaleTimeString()}`
    case 'attempt.started':
      return event.fallback ? `Switched to ${event.model}` : `${event.model} is at work`
    case 'attempt.failed':
      return `${event.outcome}, then ${event.next}`
    default:
      return null
  }
}
