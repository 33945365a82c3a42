using System.Collections.Generic;
using System.Globalization;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>Reads the roles of a server with their privileges.</summary>
internal sealed class RoleListReader : IObjectReader
{
    private readonly StringPool _strings;

    public RoleListReader(StringPool strings) => _strings = strings;

    /// <summary>The privileges of each role; null when they may not be read.</summary>
    public Dictionary<int, IReadOnlyCollection<string>>? Roles { get; private set; }

    public void Property(string path, VimReader value)
    {
        Roles = [];
        VimReader array = value.Object();
        while (array.NextChild())
        {
            int? id = null;
            HashSet<string> privileges = [];
            VimReader role = array.Object();
            while (role.NextChild())
            {
                switch (role.Name)
                {
                    case "roleId": id = int.TryParse(role.String(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null; break;
                    case "privilege": privileges.Add(_strings.Keep(role.String())); break;
                }
            }

            if (id is { } roleId)
            {
                Roles[roleId] = privileges;
            }
        }
    }

    public void Missing(string path, VimFaultException fault) => Roles = null;

    public void End()
    {
    }
}
