// Passkeys in the forms marked with data-passkey: `create` makes one, `get` signs in with one. The options are in the form;
// what the browser's authenticator answers goes into the field `response`, and the form is sent as any other. Without a
// script, or without passkeys in the browser, these forms stay hidden and what is marked data-without-passkeys is shown.

/** Makes the passkey forms below `root` work where the browser knows passkeys. */
export function offerPasskeys(root: ParentNode): void {
  if (!('PublicKeyCredential' in globalThis) || !('parseCreationOptionsFromJSON' in PublicKeyCredential)) {
    return;
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-without-passkeys]')) element.hidden = true;
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void sendWithPasskey(form);
    });
    if (form.dataset['startsAtOnce'] === 'yes') void sendWithPasskey(form);
  }
}

async function sendWithPasskey(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector('button');
  if (button) button.disabled = true;
  try {
    const credential = await askAuthenticator(form);
    if (!credential) return explain(form, 'refused');
    const field = form.elements.namedItem('response');
    if (field instanceof HTMLInputElement) field.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    // The person declined, took too long, or has no passkey here: the browser does not tell these apart.
    explain(
      form,
      error instanceof DOMException && error.name === 'NotAllowedError' ? 'cancelled' : 'refused',
    );
  } finally {
    if (button) button.disabled = false;
  }
}

async function askAuthenticator(form: HTMLFormElement): Promise<PublicKeyCredential | null> {
  const options: unknown = JSON.parse(form.dataset['options'] ?? '');
  const credential =
    form.dataset['passkey'] === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
            options as PublicKeyCredentialCreationOptionsJSON,
          ),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
            options as PublicKeyCredentialRequestOptionsJSON,
          ),
        });
  return credential as PublicKeyCredential | null;
}

/** The words are in the form's data-refused and data-cancelled, in the page's language. */
function explain(form: HTMLFormElement, what: 'refused' | 'cancelled'): void {
  const place = form.querySelector<HTMLElement>('[data-passkey-problem]');
  if (!place) return;
  place.hidden = false;
  place.textContent = form.dataset[what] ?? '';
}
