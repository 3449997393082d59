import type { ProfileSet } from './aws/profiles.ts';
import { toolProfileName, toolProfilesIn } from './outlets/managedProfiles.ts';
import type { ToolsPort } from './ui/parts.ts';
import type { WiredDelivery } from './wireDelivery.ts';

/** Profiles for tools outside the editor, each for one session, for the interface. */
export function wireTools(
  delivery: Pick<WiredDelivery, 'changeManaged'>,
  files: () => Promise<ProfileSet>,
): ToolsPort {
  return {
    list: async () => toolProfilesIn(await files()),
    async add({ id, name: sessionName, region }) {
      const name = toolProfileName(sessionName);
      const profile = { name, sessionId: id, region };
      return { name, state: await delivery.changeManaged((managed) => managed.addTool(profile)) };
    },
    remove: (name) => delivery.changeManaged((managed) => managed.removeTool(name)),
  };
}
