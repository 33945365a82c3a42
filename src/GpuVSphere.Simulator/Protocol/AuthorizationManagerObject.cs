using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Roles and privileges. An account has one role, on the root folder, and it holds everywhere.</summary>
internal sealed class AuthorizationManagerObject(SimulatedServer server, MoRef reference) : ProtocolObject(server, reference)
{
    private static readonly string[] s_readOnly = ["System.Anonymous", "System.Read", "System.View"];

    public override IEnumerable<string> PropertyNames => ["privilegeList", "roleList", "description"];

    /// <summary>The id of an account's role: the system's own have fixed negative ones, the others count up from 1.</summary>
    public static int RoleId(SimulatorOptions options, SimulatorUser user) =>
        user.Privileges is null ? -1
        : user.Privileges.Count == 0 ? -2
        : 1 + OwnRoles(options).FindIndex(each => each.Role == user.Role);

    public override object? GetProperty(string name) => name switch
    {
        "privilegeList" => AllPrivileges().Select(Privilege).ToList<object>(),
        "roleList" => Roles(),
        "description" => new DataObject("AuthorizationDescription"),
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "HasPrivilegeOnEntity":
                SimulatedSession asked = SessionOf(call);
                CheckEntity(call.Arguments.RequiredReference("entity"));
                return call.Arguments.Texts("privId").Select(id => (object)asked.May(id)).ToList();
            case "HasPrivilegeOnEntities":
                SimulatedSession session = SessionOf(call);
                return Availability(call.Arguments.Values("entity"), call.Arguments.Texts("privId"), session.May);
            case "HasUserPrivilegeOnEntities":
                SimulatorUser named = UserOf(call);
                return Availability(call.Arguments.Values("entities"), call.Arguments.Texts("privId"), id => Held(named).Contains(id));
            case "FetchUserPrivilegeOnEntities":
                SimulatorUser user = UserOf(call);
                return call.Arguments.Values("entities").Select(entity => (object)new DataObject("UserPrivilegeResult")
                    .With("entity", CheckEntity(entity)).With("privileges", Held(user).ToList<object>())).ToList();
            case "RetrieveEntityPermissions" or "RetrieveAllPermissions":
                return Server.Options.Users.Select(each => (object)new DataObject("Permission")
                    .With("entity", Server.Profile.RootFolder).With("principal", each.Name).With("group", false)
                    .With("roleId", RoleId(Server.Options, each)).With("propagate", true)).ToList();
            default:
                return base.Invoke(call);
        }
    }

    private static List<SimulatorUser> OwnRoles(SimulatorOptions options) =>
        options.Users.Where(user => user.Privileges is { Count: > 0 }).GroupBy(user => user.Role).Select(group => group.First()).ToList();

    private static DataObject Role(int id, string name, bool isSystem, IEnumerable<string> privileges) => new DataObject("AuthorizationRole")
        .With("roleId", id)
        .With("system", isSystem)
        .With("name", name)
        .With("info", new DataObject("Description").With("label", name).With("summary", name))
        .With("privilege", privileges.OrderBy(each => each, StringComparer.Ordinal).ToList<object>());

    private static DataObject Privilege(string id)
    {
        int dot = id.LastIndexOf('.');
        return new DataObject("AuthorizationPrivilege")
            .With("privId", id).With("onParent", false).With("name", id.Substring(dot + 1)).With("privGroupName", dot < 0 ? id : id.Substring(0, dot));
    }

    private IEnumerable<string> Held(SimulatorUser user) =>
        user.Privileges is null ? AllPrivileges() : s_readOnly.Concat(user.Privileges).Distinct();

    private SortedSet<string> AllPrivileges()
    {
        SortedSet<string> all = new(Schema.Default.Privileges, StringComparer.Ordinal);
        all.UnionWith(Server.Options.Users.SelectMany(user => user.Privileges ?? []));

        // A setting's own, which no method names.
        all.Add("Global.Settings");
        all.UnionWith(SimulatorUser.Defaults.SelectMany(user => user.Privileges ?? []));
        all.UnionWith(s_readOnly);
        return all;
    }

    private List<object> Roles()
    {
        List<object> roles =
        [
            Role(-5, "NoAccess", true, []),
            Role(-4, "Anonymous", true, ["System.Anonymous"]),
            Role(-3, "View", true, ["System.Anonymous", "System.View"]),
            Role(-2, "ReadOnly", true, s_readOnly),
            Role(-1, "Admin", true, AllPrivileges()),
        ];
        foreach (SimulatorUser user in OwnRoles(Server.Options))
        {
            roles.Add(Role(RoleId(Server.Options, user), user.Role, false, Held(user)));
        }

        return roles;
    }

    private List<object> Availability(IReadOnlyList<object> entities, IReadOnlyList<string> privileges, Func<string, bool> isGranted) =>
        entities.Select(entity => (object)new DataObject("EntityPrivilege")
            .With("entity", CheckEntity(entity))
            .With("privAvailability", privileges.Select(id => (object)new DataObject("PrivilegeAvailability").With("privId", id).With("isGranted", isGranted(id))).ToList()))
        .ToList();

    private MoRef CheckEntity(object entity) => entity is not MoRef reference ? throw InvalidArgument("entity", "It must be a reference.")
        : Server.Find(reference) is null ? throw SimulatedServer.NotFound(reference) : reference;

    private SimulatedSession SessionOf(MethodCall call)
    {
        string key = call.Arguments.RequiredText("sessionId");
        return Server.Sessions.All.FirstOrDefault(session => session.Key == key) ?? throw InvalidArgument("sessionId", "There is no such session.");
    }

    private SimulatorUser UserOf(MethodCall call)
    {
        string name = call.Arguments.RequiredText("userName");
        return Server.Options.Users.FirstOrDefault(user => string.Equals(user.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw InvalidArgument("userName", "There is no such user.");
    }
}
