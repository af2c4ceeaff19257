// The API's description (OpenAPI 3.1): what is said once; the paths come from the routes' own schemas.
// Called by http/portal-app.ts before any route exists.

const description = `Entitled downloads for scripts and machines. Ask for a delivery of a file; the answer has a link for
HTTPS and a login for FTPS and SFTP, which live as long as the delivery. Errors are problem details (RFC 9457) with a
stable \`code\`; their \`type\` leads to an explanation.`;

/** Options for the generator. */
export function openApiOptions(publicUrl: string) {
  return {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Consign customer API', version: '1', description },
      servers: [{ url: publicUrl }],
      tags: [
        { name: 'catalog', description: 'Who you are and what you may download.' },
        { name: 'licences', description: 'Licence agreements that some products ask for.' },
        { name: 'deliveries', description: 'Files made ready for you.' },
        {
          name: 'tokens',
          description: 'Credentials for unattended downloads. A token makes and revokes no tokens.',
        },
        { name: 'profile', description: 'You: particulars, password, sessions. A token changes none of it.' },
        { name: 'second-factors', description: 'What you are asked for beside your password.' },
        { name: 'members', description: 'The people of your organization, for its owners.' },
        { name: 'appliances', description: 'Machines that keep themselves up to date; codes for new ones.' },
        {
          name: 'ssh-keys',
          description:
            'Public keys that you log in with over SFTP, instead of a password. A token adds and removes none.',
        },
      ],
      components: {
        securitySchemes: {
          personalToken: {
            type: 'http' as const,
            scheme: 'bearer',
            description: 'A personal token, made in the portal.',
          },
          browserSession: {
            type: 'apiKey' as const,
            in: 'cookie' as const,
            name: '__Host-consign-session',
            description: 'The portal’s own pages. What mutates also needs the page’s X-Form-Token header.',
          },
        },
      },
      security: [{ personalToken: [] }, { browserSession: [] }],
    },
  };
}
