import { startFace } from '../platform/face'
import App from './App.svelte'

void startFace(App, { channel: 'pos', base: '/pos', density: 'touch' })
