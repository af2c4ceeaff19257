// The sign-in page. English.

/** The texts. */
export const signInTexts = {
  title: 'Sign in',
  lead: 'Your downloads, ready when you are.',
  username: 'User name',
  password: 'Password',
  button: 'Sign in',
  forgotten: 'Forgotten your password?',
  noAccount: 'No account yet? Write to your vendor.',
  refusals: {
    credentials: 'User name and password do not fit together. Check both and try again.',
    throttled: (seconds: number) =>
      `There were too many attempts. Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, then try again.`,
    suspended: 'This account is suspended. Write to your vendor.',
    banned: (minutes: number) =>
      `Sign-ins from your network address are refused for now. Try again in ${waitText(minutes)}, or write to your vendor.`,
  },
};
/** The shape that every language's texts have. */
export type SignInTexts = typeof signInTexts;

function waitText(minutes: number): string {
  if (minutes > 120) return `${Math.ceil(minutes / 60)} hours`;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
