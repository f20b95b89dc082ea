// The user whom an identity provider calls so.
//
// mode:    read
// params:  issuer: string, subject: string
// returns: user: map
MATCH (user:User {issuer: $issuer, subject: $subject, tenant: $tenant})
RETURN
  // use: users/projection
