using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>Reads what the account may do on objects: the roles that it has there, with the privileges of each role. One call for all of them.</summary>
internal static class PrivilegeReader
{
    /// <summary>Reads the privileges on each object. One whose roles may not be read is not in the answer.</summary>
    /// <exception cref="GpuVSphereException">The server cannot be reached, or the session has ended.</exception>
    public static async Task<IReadOnlyDictionary<ManagedObjectReference, IReadOnlyCollection<string>>> ReadAsync(
        VimSession session, IReadOnlyCollection<ManagedObjectReference> objects, CancellationToken cancellationToken)
    {
        RoleListReader roles = new(new StringPool());
        Dictionary<ManagedObjectReference, IReadOnlyList<int>> own = [];
        List<PropertyQuery> queries = [PropertyQuery.Of([.. objects], "effectiveRole")];
        if (session.Content.AuthorizationManager is { IsEmpty: false } authorization)
        {
            queries.Add(PropertyQuery.Of([authorization], "roleList"));
        }

        await session.RetrieveAsync(
            queries,
            reference => reference.Type == "AuthorizationManager" ? roles : new DelegateObjectReader((_, value) => own[reference] = VmRecord.ReadInts(value)),
            cancellationToken).ConfigureAwait(false);
        return own
            .Where(one => one.Value.All(role => roles.Roles?.ContainsKey(role) == true))
            .ToDictionary(one => one.Key, one => (IReadOnlyCollection<string>)new HashSet<string>(one.Value.SelectMany(role => roles.Roles![role])));
    }
}
