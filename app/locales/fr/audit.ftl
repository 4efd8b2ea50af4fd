audit-trail = Journal d'audit
