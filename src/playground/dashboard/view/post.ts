/** What every part of the dashboard reaches: the figures as they are now. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { useStore } from '../../view/use-store.ts'
import type { Board, Post } from '../state/board.ts'

export const PostContext = createContext<Post | null>(null)

export function usePost(): Post {
  const post = useContext(PostContext)
  if (post === null) throw new Error('the page has no post')
  return post
}

/** The figures as they are now; whoever asks is drawn again with each change. */
export function useBoard(): Board {
  return useStore(usePost().store)
}
