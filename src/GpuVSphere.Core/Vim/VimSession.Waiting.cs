using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

// Waiting for changes.
public sealed partial class VimSession
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Waits until something is seen. The server tells changes as they happen (WaitForUpdatesEx); as some host properties change untold,
    /// everything is read again on a timer too.
    /// </summary>
    /// <param name="objects">The objects to watch.</param>
    /// <param name="paths">The properties to watch.</param>
    /// <param name="until">Called for every update, first with the present values; true ends the wait.</param>
    /// <param name="reread">How often to read again; at least a second.</param>
    /// <param name="cancellationToken">Ends the wait, also on the server.</param>
    /// <exception cref="GpuVSphereException">The server refused, or the connection was lost.</exception>
    public async Task WaitForAsync(
        IReadOnlyList<ManagedObjectReference> objects,
        IReadOnlyList<string> paths,
        Func<ObjectUpdate, bool> until,
        TimeSpan reread,
        CancellationToken cancellationToken)
    {
        if (objects.Count == 0)
        {
            return;
        }

        TimeSpan pause = reread < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : reread;

        // A collector of its own for each wait: waits on one collector would take each other's updates.
        ManagedObjectReference collector = await CallAsync(
            Content.PropertyCollector, "CreatePropertyCollector", null, value => value.Reference(), default, cancellationToken).ConfigureAwait(false);
        ManagedObjectReference filter = default;
        bool isWaiting = false;
        try
        {
            filter = await CallAsync(
                collector,
                "CreateFilter",
                writer => writer.Element("spec", spec => WriteObjectFilter(spec, objects, paths)).Element("partialUpdates", false),
                value => value.Reference(),
                default,
                cancellationToken).ConfigureAwait(false);
            string version = string.Empty;
            DateTimeOffset nextReread = Clock.UtcNow + pause;
            while (true)
            {
                TimeSpan left = nextReread - Clock.UtcNow;
                if (left <= TimeSpan.Zero)
                {
                    if (await RereadAsync(objects, paths, until, cancellationToken).ConfigureAwait(false))
                    {
                        return;
                    }

                    nextReread = Clock.UtcNow + pause;
                    left = pause;
                }

                UpdateSet? updates;
                isWaiting = true;
                try
                {
                    updates = await WaitForUpdatesAsync(collector, version, left < s_longestWait ? left : s_longestWait, cancellationToken).ConfigureAwait(false);
                }
                catch (VimFaultException e) when (e.FaultType == "InvalidCollectorVersion" && version.Length > 0)
                {
                    version = string.Empty;
                    continue;
                }

                isWaiting = false;
                if (updates is null)
                {
                    continue;
                }

                if (version.Length == 0 && updates.Objects.Count == 0)
                {
                    // The first answer shows every object; one without any is about objects that are gone.
                    nextReread = Clock.UtcNow;
                }

                version = updates.Version;
                if (updates.MissingFault is VimFaultException missing)
                {
                    throw missing;
                }

                if (updates.Objects.Any(until))
                {
                    return;
                }

                // A truncated set is followed at once by the next call, which is what the loop does.
            }
        }
        finally
        {
            if (isWaiting)
            {
                await CleanUpAsync(collector, "CancelWaitForUpdates", null).ConfigureAwait(false);
            }

            if (!filter.IsEmpty)
            {
                await CleanUpAsync(filter, "DestroyPropertyFilter", null).ConfigureAwait(false);
            }

            await CleanUpAsync(collector, "DestroyPropertyCollector", null).ConfigureAwait(false);
        }
    }

    private async Task<bool> RereadAsync(IReadOnlyList<ManagedObjectReference> objects, IReadOnlyList<string> paths, Func<ObjectUpdate, bool> until, CancellationToken cancellationToken)
    {
        List<ObjectUpdate> read = [];
        await RetrieveAsync(
            [PropertyQuery.Of(objects, [.. paths])],
            reference =>
            {
                Dictionary<string, VimElement?> values = paths.ToDictionary(path => path, _ => (VimElement?)null);
                return new DelegateObjectReader(
                    (path, value) => values[path] = value.Element(),
                    (_, _) => { },
                    () => read.Add(new ObjectUpdate(reference, ObjectUpdateKind.Reread, values)));
            },
            cancellationToken).ConfigureAwait(false);
        // An object that is no longer there does not come at all: a task that was forgotten, a VM that was deleted.
        HashSet<ManagedObjectReference> found = [.. read.Select(update => update.Reference)];
        read.AddRange(objects
            .Where(reference => !found.Contains(reference))
            .Select(reference => new ObjectUpdate(reference, ObjectUpdateKind.Leave, new Dictionary<string, VimElement?>())));
        return read.Any(until);
    }

    private Task<UpdateSet?> WaitForUpdatesAsync(ManagedObjectReference collector, string version, TimeSpan wait, CancellationToken cancellationToken) =>
        _channel.CallAsync(
            collector,
            "WaitForUpdatesEx",
            writer => writer
                .Element("version", version)
                .Element("options", options => options.Element("maxWaitSeconds", (int)Math.Ceiling(wait.TotalSeconds))),
            response => response.NextChild() ? ReadUpdates(response.Object()) : null,
            cancellationToken);

    private UpdateSet ReadUpdates(VimReader set)
    {
        string version = string.Empty;
        List<ObjectUpdate> objects = [];
        VimFaultException? missingFault = null;
        while (set.NextChild())
        {
            switch (set.Name)
            {
                case "version":
                    version = set.String();
                    break;
                case "filterSet":
                    VimReader filter = set.Object();
                    while (filter.NextChild())
                    {
                        switch (filter.Name)
                        {
                            case "objectSet":
                                objects.Add(ReadUpdate(filter.Object()));
                                break;
                            case "missingSet":
                                VimElement missing = filter.Element();
                                if (missing["fault"] is VimElement fault)
                                {
                                    missingFault ??= VimFault.FromLocalized(fault).ToException(_channel.Context("waiting", missing["obj"]?.Reference ?? default));
                                }

                                break;
                        }
                    }

                    break;
            }
        }

        return new UpdateSet(version, objects, missingFault);
    }

    private ObjectUpdate ReadUpdate(VimReader update)
    {
        ObjectUpdateKind kind = ObjectUpdateKind.Modify;
        ManagedObjectReference reference = default;
        Dictionary<string, VimElement?> values = [];
        while (update.NextChild())
        {
            switch (update.Name)
            {
                case "kind":
                    kind = update.String() switch { "enter" => ObjectUpdateKind.Enter, "leave" => ObjectUpdateKind.Leave, _ => ObjectUpdateKind.Modify };
                    break;
                case "obj":
                    reference = update.Reference();
                    break;
                case "changeSet":
                    VimElement change = update.Element();
                    if (change["name"] is VimElement name)
                    {
                        values[name.Text] = change["val"];
                    }

                    break;
                case "missingSet":
                    ReadMissing(update.Object(), reference);
                    break;
            }
        }

        return new ObjectUpdate(reference, kind, values);
    }

    private sealed class UpdateSet(string version, IReadOnlyList<ObjectUpdate> objects, VimFaultException? missingFault)
    {
        public string Version { get; } = version;

        public IReadOnlyList<ObjectUpdate> Objects { get; } = objects;

        public VimFaultException? MissingFault { get; } = missingFault;
    }
}
