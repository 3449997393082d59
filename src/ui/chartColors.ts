import type { RoleColor } from '../aws/roles/savedRole.ts';

/** The theme colours of VS Code's charts, which every theme defines. */
export const chartColors: Readonly<Record<RoleColor, string>> = {
  red: 'charts.red',
  orange: 'charts.orange',
  yellow: 'charts.yellow',
  green: 'charts.green',
  blue: 'charts.blue',
  purple: 'charts.purple',
};
