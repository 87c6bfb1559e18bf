/** The doors that a rule of prices or points may be of. */
export const CHANNELS = ['web', 'pos', 'desk'] as const
