/** Starts the dashboard. */
import { render } from 'preact'
import { createAccess } from '../state/access.ts'
import { createStore } from '../state/store.ts'
import { applyTheme } from '../view/theme.ts'
import { boardAtFirst, type Post } from './state/board.ts'
import { Dashboard } from './view/dashboard.tsx'
import { PostContext } from './view/post.ts'
import './style/dashboard.css'

const store = createStore(boardAtFirst(location.hash.slice(1)))
const access = createAccess(location.origin, (state) => store.set({ connected: state === 'restored' }))
const post: Post = { store, access }
const page = document.getElementById('page')

applyTheme()
if (page !== null) {
  render(
    <PostContext.Provider value={post}>
      <Dashboard />
    </PostContext.Provider>,
    page,
  )
}
