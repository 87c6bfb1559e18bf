import { startFace } from '../platform/face'
import App from './App.svelte'

void startFace(App, { channel: 'office', base: '/office', density: 'compact' })
