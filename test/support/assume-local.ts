import { assumeWork, localTenant } from '../../src/tenancy.ts';

/** What a test does by itself it does as the database's own user, among the rows of the local tenant. */
assumeWork({ tenant: localTenant, owner: true });
