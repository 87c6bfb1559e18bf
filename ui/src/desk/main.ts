import { startFace } from '../platform/face'
import App from './App.svelte'

void startFace(App, { channel: 'desk', base: '/desk', density: 'compact' })
