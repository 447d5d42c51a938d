import { useEffect, useState } from 'preact/hooks'
import { localAddress } from '../model/media-address.ts'
import { attempt } from '../state/report.ts'
import { useDesk } from './desk.ts'

/** Addresses already asked for, by media. They stay good for longer than a page is looked at. */
const known = new Map<string, string>()

/** A small picture of an image of the session, loaded by its own address: the pictures themselves have megabytes. */
export function Thumbnail({ sessionId, mediaId, alt }: { sessionId: string; mediaId: string; alt: string }) {
  const desk = useDesk()
  const [address, setAddress] = useState(known.get(mediaId))
  useEffect(() => {
    setAddress(known.get(mediaId))
    if (known.has(mediaId)) return
    void attempt(desk, async () => {
      const { thumbnailUrl } = await desk.access.forSession(sessionId).media.get(mediaId)
      known.set(mediaId, localAddress(thumbnailUrl))
      setAddress(known.get(mediaId))
    })
  }, [desk, sessionId, mediaId])
  return address === undefined ? <span class="thumbnail" /> : <img class="thumbnail" src={address} alt={alt} draggable={false} />
}
