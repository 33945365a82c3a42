using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

// Reading properties through the PropertyCollector.
public sealed partial class VimSession
{
    /// <summary>
    /// Objects in one page. Large enough that round trips do not count, small enough that the server need not hold a reply of hundreds of MB.
    /// </summary>
    private const int PageSize = 1000;

    private static readonly TimeSpan s_cleanUpTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Reads properties of many objects at once. The reply is parsed as it arrives, page after page; each object goes to the reader that
    /// <paramref name="reader"/> gives for it. The callbacks come one after another, in the server's order.
    /// </summary>
    /// <param name="queries">What to read; queries for all objects of several types are answered together.</param>
    /// <param name="reader">Gives the reader of an object, or null to skip it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="VimFaultException">The server refused, as for a property path that it does not have.</exception>
    public async Task RetrieveAsync(IReadOnlyList<PropertyQuery> queries, Func<ManagedObjectReference, IObjectReader?> reader, CancellationToken cancellationToken)
    {
        PropertyQuery[] ofTypes = [.. queries.Where(query => query.Type is not null)];
        PropertyQuery[] ofObjects = [.. queries.Where(query => query.Type is null && query.References.Count > 0)];
        if (ofTypes.Length == 0 && ofObjects.Length == 0)
        {
            return;
        }

        ManagedObjectReference view = default;
        string? token = null;
        try
        {
            if (ofTypes.Length > 0)
            {
                view = await CallAsync(
                    Content.ViewManager,
                    "CreateContainerView",
                    writer => writer
                        .Element("container", Content.RootFolder)
                        .Elements("type", ofTypes.Select(query => query.Type!).Distinct())
                        .Element("recursive", true),
                    value => value.Reference(),
                    default,
                    cancellationToken).ConfigureAwait(false);
            }

            await _channel.CallAsync(
                Content.PropertyCollector,
                "RetrievePropertiesEx",
                writer =>
                {
                    if (ofTypes.Length > 0)
                    {
                        writer.Element("specSet", spec => WriteViewFilter(spec, view, ofTypes));
                    }

                    foreach (PropertyQuery query in ofObjects)
                    {
                        writer.Element("specSet", spec => WriteObjectFilter(spec, query.References, query.Paths));
                    }

                    writer.Element("options", options => options.Element("maxObjects", PageSize));
                },
                TakePage,
                cancellationToken,
                isStreamed: true).ConfigureAwait(false);
            while (token is not null)
            {
                string next = token;
                await _channel.CallAsync(
                    Content.PropertyCollector,
                    "ContinueRetrievePropertiesEx",
                    writer => writer.Element("token", next),
                    TakePage,
                    cancellationToken,
                    isStreamed: true).ConfigureAwait(false);
            }
        }
        finally
        {
            if (token is not null)
            {
                await CleanUpAsync(Content.PropertyCollector, "CancelRetrievePropertiesEx", writer => writer.Element("token", token)).ConfigureAwait(false);
            }

            if (!view.IsEmpty)
            {
                await CleanUpAsync(view, "DestroyView", null).ConfigureAwait(false);
            }
        }

        bool TakePage(VimReader response)
        {
            // The token is taken as soon as it is seen: a page that breaks off leaves something to tidy up.
            token = null;
            ReadPage(response, reader, seen => token = seen.Length == 0 ? null : seen);
            return true;
        }
    }

    /// <summary>
    /// The privileges of every role. With the property <c>effectiveRole</c> of an object, read for many objects at once, this tells what
    /// the account may do there, without a call for each.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The privilege ids by role id; empty when roles may not be read, or on a server without them.</returns>
    public async Task<IReadOnlyDictionary<int, IReadOnlyCollection<string>>> ReadRolesAsync(CancellationToken cancellationToken)
    {
        Dictionary<int, IReadOnlyCollection<string>> roles = [];
        if (Content.AuthorizationManager.IsEmpty)
        {
            return roles;
        }

        await RetrieveAsync(
            [PropertyQuery.Of([Content.AuthorizationManager], "roleList")],
            _ => new DelegateObjectReader((_, value) =>
            {
                while (value.NextChild())
                {
                    VimReader role = value.Object();
                    int? id = null;
                    HashSet<string> privileges = new(StringComparer.Ordinal);
                    while (role.NextChild())
                    {
                        switch (role.Name)
                        {
                            case "roleId": id = role.Int32(); break;
                            case "privilege": privileges.Add(role.String()); break;
                        }
                    }

                    if (id is int roleId)
                    {
                        roles[roleId] = privileges;
                    }
                }
            }),
            cancellationToken).ConfigureAwait(false);
        return roles;
    }

    /// <summary>The objects above an object, from the object itself up to the root folder, with their names.</summary>
    /// <param name="entity">A host, a VM, a datastore, a folder…</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<KeyValuePair<ManagedObjectReference, string>>> ReadAncestorsAsync(ManagedObjectReference entity, CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, (string Name, ManagedObjectReference Parent)> found = [];
        await _channel.CallAsync(
            Content.PropertyCollector,
            "RetrievePropertiesEx",
            writer => writer
                .Element("specSet", spec =>
                {
                    spec.Element("propSet", set => set.Element("type", "ManagedEntity").Elements("pathSet", ["name", "parent"]));
                    spec.Element("propSet", set => set.Element("type", "VirtualMachine").Elements("pathSet", ["parentVApp"]));
                    spec.Element("objectSet", set =>
                    {
                        set.Element("obj", entity).Element("skip", false);
                        set.Element("selectSet", select => WriteUpwards(select, "up", "ManagedEntity", "parent"), "TraversalSpec");
                        set.Element("selectSet", select => WriteUpwards(select, "upFromVApp", "VirtualMachine", "parentVApp"), "TraversalSpec");
                    });
                })
                .Element("options", _ => { }),
            response =>
            {
                ReadPage(response, reference => new DelegateObjectReader((path, value) => Keep(reference, path, value)), _ => { });
                return true;
            },
            cancellationToken).ConfigureAwait(false);

        List<KeyValuePair<ManagedObjectReference, string>> chain = [];
        for (ManagedObjectReference next = entity;
             found.TryGetValue(next, out (string Name, ManagedObjectReference Parent) at) && chain.Count < found.Count;
             next = at.Parent)
        {
            chain.Add(new KeyValuePair<ManagedObjectReference, string>(next, at.Name));
        }

        return chain;

        void Keep(ManagedObjectReference reference, string path, VimReader value)
        {
            (string name, ManagedObjectReference parent) = found.TryGetValue(reference, out (string, ManagedObjectReference) seen) ? seen : (string.Empty, default);
            found[reference] = path == "name" ? (value.String(), parent) : (name, value.Reference());
        }

        static void WriteUpwards(VimWriter select, string name, string type, string path)
        {
            select.Element("name", name).Element("type", type).Element("path", path).Element("skip", false);
            select.Element("selectSet", again => again.Element("name", "up"), "SelectionSpec");
            select.Element("selectSet", again => again.Element("name", "upFromVApp"), "SelectionSpec");
        }
    }

    private static void WriteViewFilter(VimWriter spec, ManagedObjectReference view, IReadOnlyList<PropertyQuery> queries)
    {
        foreach (IGrouping<string, PropertyQuery> type in queries.GroupBy(query => query.Type!))
        {
            spec.Element("propSet", set => set
                .Element("type", type.Key)
                .Element("all", false)
                .Elements("pathSet", type.SelectMany(query => query.Paths).Distinct()));
        }

        spec.Element("objectSet", set => set
            .Element("obj", view)
            .Element("skip", true)
            .Element(
                "selectSet",
                select => select.Element("name", "view").Element("type", "ContainerView").Element("path", "view").Element("skip", false),
                "TraversalSpec"));
    }

    private static void WriteObjectFilter(VimWriter spec, IReadOnlyList<ManagedObjectReference> objects, IReadOnlyList<string> paths)
    {
        foreach (string type in objects.Select(reference => reference.Type).Distinct())
        {
            spec.Element("propSet", set => set.Element("type", type).Element("all", false).Elements("pathSet", paths));
        }

        foreach (ManagedObjectReference reference in objects)
        {
            spec.Element("objectSet", set => set.Element("obj", reference).Element("skip", false));
        }

        spec.Element("reportMissingObjectsInResults", true);
    }

    /// <summary>Reads one RetrieveResult.</summary>
    private void ReadPage(VimReader response, Func<ManagedObjectReference, IObjectReader?> reader, Action<string> tokenSeen)
    {
        while (response.NextChild())
        {
            VimReader result = response.Object();
            while (result.NextChild())
            {
                switch (result.Name)
                {
                    case "token": tokenSeen(result.String()); break;
                    case "objects": ReadObject(result.Object(), reader); break;
                }
            }
        }
    }

    private void ReadObject(VimReader content, Func<ManagedObjectReference, IObjectReader?> reader)
    {
        ManagedObjectReference reference = default;
        IObjectReader? target = null;
        while (content.NextChild())
        {
            switch (content.Name)
            {
                case "obj":
                    reference = content.Reference();
                    target = reader(reference);
                    break;
                case "propSet" when target is not null:
                    ReadProperty(content.Object(), target);
                    break;
                case "missingSet" when target is not null:
                    (string path, VimFaultException fault) = ReadMissing(content.Object(), reference);
                    target.Missing(path, fault);
                    break;
            }
        }

        target?.End();
    }

    private static void ReadProperty(VimReader property, IObjectReader target)
    {
        string path = string.Empty;
        while (property.NextChild())
        {
            switch (property.Name)
            {
                case "name": path = property.String(); break;
                case "val": target.Property(path, property.Object()); break;
            }
        }
    }

    /// <summary>Reads a MissingProperty. One that is missing because nobody is logged in means that the whole session is gone.</summary>
    private (string Path, VimFaultException Fault) ReadMissing(VimReader missing, ManagedObjectReference reference)
    {
        string path = string.Empty;
        VimElement? fault = null;
        while (missing.NextChild())
        {
            switch (missing.Name)
            {
                case "path": path = missing.String(); break;
                case "fault": fault = missing.Element(); break;
            }
        }

        VimFaultException exception = VimFault
            .FromLocalized(fault ?? throw VimReader.Malformed("a missing property comes without its fault"))
            .ToException(_channel.Context("reading " + path, reference));
        return exception is NotAuthenticatedException ? throw exception : (path, exception);
    }

    /// <summary>Tidies up on the server, also after a cancellation or a failure; what cannot be tidied up goes with the session.</summary>
    private async Task CleanUpAsync(ManagedObjectReference self, string method, Action<VimWriter>? arguments)
    {
        using CancellationTokenSource time = new(s_cleanUpTime);
        try
        {
            await CallAsync(self, method, arguments, time.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GpuVSphereException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
