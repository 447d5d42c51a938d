/** Starts the reference of the API: Swagger UI, which the service offers beside this page where it runs on Node. */
import { render } from 'preact'
import { keptKey } from '../state/kept-key.ts'
import { applyTheme, isDark } from '../view/theme.ts'
import { Frame } from './frame.tsx'
import './reference.css'

/** What of Swagger UI is used here. */
interface SwaggerUi {
  preauthorizeApiKey(scheme: string, key: string): void
}

declare global {
  interface Window {
    SwaggerUIBundle?: (options: object) => SwaggerUi
  }
}

const STYLE = '/docs/swagger-ui.css'
const RENDERER = '/docs/swagger-ui-bundle.js'
const KEY_SCHEME = 'key'

function begin(place: HTMLElement): void {
  const ui = window.SwaggerUIBundle?.({
    url: '/openapi.json',
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    // Without this it asks a site of its own whether the document is valid.
    validatorUrl: null,
    onComplete: () => {
      const key = keptKey()
      if (key !== undefined) ui?.preauthorizeApiKey(KEY_SCHEME, key)
    },
  })
}

function load(place: HTMLElement): void {
  const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: STYLE })
  const script = Object.assign(document.createElement('script'), { src: RENDERER })
  script.addEventListener('load', () => begin(place))
  script.addEventListener('error', () => place.setAttribute('data-missing', ''))
  document.head.append(style, script)
}

applyTheme()
document.documentElement.classList.toggle('dark-mode', isDark())
const page = document.getElementById('page')
if (page !== null) render(<Frame onPlace={load} />, page)
