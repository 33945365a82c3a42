using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A property collector as one session has it.</summary>
internal sealed class PropertyCollectorObject(SimulatedServer server, MoRef reference, SimulatedSession? session) : ProtocolObject(server, reference)
{
    private readonly List<PropertyFilterObject> _filters = [];
    private readonly Dictionary<string, Retrieval> _retrievals = new(StringComparer.Ordinal);
    private TaskCompletionSource<bool> _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _version;

    public override IEnumerable<string> PropertyNames => ["filter"];

    public override object? GetProperty(string name) => name == "filter" ? _filters.Select(filter => (object)filter.Reference).ToList() : null;

    public override Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        DataObject? options = call.Arguments.Object("options");
        return call.Method switch
        {
            "WaitForUpdatesEx" => WaitAsync(call, options?.Int32("maxWaitSeconds"), options?.Int32("maxObjectUpdates"), cancellationToken),
            "WaitForUpdates" => WaitAsync(call, null, null, cancellationToken),
            "CheckForUpdates" => WaitAsync(call, 0, null, cancellationToken),
            _ => base.InvokeAsync(call, cancellationToken),
        };
    }

    public void Remove(PropertyFilterObject filter)
    {
        _filters.Remove(filter);
        session!.Objects.Remove(filter.Reference);
    }

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "RetrievePropertiesEx":
                int? most = call.Arguments.Object("options")?.Int32("maxObjects");
                if (most <= 0)
                {
                    throw InvalidArgument("options.maxObjects", "It must be above 0.");
                }

                Retrieval retrieval = Begin(call);
                return retrieval.Left.Count == 0 ? null : Page(retrieval, most ?? int.MaxValue, call.Version);
            case "ContinueRetrievePropertiesEx":
                Retrieval continued = TakeRetrieval(call.Arguments.RequiredText("token"));
                return Page(continued, continued.PageSize, call.Version);
            case "CancelRetrievePropertiesEx":
                TakeRetrieval(call.Arguments.RequiredText("token"));
                return null;
            case "RetrieveProperties":
                Retrieval whole = Begin(call);
                return whole.Left.Select(each => (object)Content(whole, each, call.Version)).ToList();
            case "CreateFilter":
                DataObject spec = call.Arguments.Object("spec") ?? new DataObject(string.Empty);
                FilterSpec checkedSpec = new(spec, Server, session, call.Version);
                MoRef reference = new("PropertyFilter", "session[" + session!.Key + "]" + Guid.NewGuid().ToString("D"));
                PropertyFilterObject filter = new(Server, reference, this, checkedSpec, call.Arguments.Boolean("partialUpdates") ?? false, session, call.Version);
                filter.Reset();
                _filters.Add(filter);
                session.Objects.Add(reference, filter);

                // A call that waits already hears of the new filter.
                Server.Changed(Reference, "filter");
                return reference;
            case "CancelWaitForUpdates":
                CancelWaits();
                return null;
            case "CreatePropertyCollector":
                MoRef created = new("PropertyCollector", "session[" + session!.Key + "]" + Guid.NewGuid().ToString("D"));
                session.Objects.Add(created, new PropertyCollectorObject(Server, created, session));
                return created;
            case "DestroyPropertyCollector":
                if (Reference == Server.DefaultCollector)
                {
                    throw new SimulatedFault("NotSupported", "The operation is not supported on the object.", "method-docs-8.0.1.txt: the service's own PropertyCollector may not be destroyed");
                }

                CancelWaits();
                foreach (PropertyFilterObject each in _filters.ToList())
                {
                    Remove(each);
                }

                session!.Objects.Remove(Reference);
                return null;
            default:
                return base.Invoke(call);
        }
    }

    private static DataObject Content(Retrieval retrieval, ManagedObject target, WireVersion version, SimulatedServer server, SimulatedSession? session)
    {
        List<string> paths = [];
        foreach (FilterSpec spec in retrieval.Specs.Where(each => each.AppliesTo(target.Reference)))
        {
            IReadOnlyList<string>? wanted = spec.PathsOf(target.Reference);
            if (wanted is null)
            {
                return new ObjectProperties(server, target, session, version).Content(null);
            }

            paths.AddRange(wanted.Where(path => !paths.Contains(path)));
        }

        return new ObjectProperties(server, target, session, version).Content(paths);
    }

    private DataObject Content(Retrieval retrieval, ManagedObject target, WireVersion version) => Content(retrieval, target, version, Server, session);

    private Retrieval Begin(MethodCall call)
    {
        List<FilterSpec> specs = call.Arguments.Objects("specSet").Select(spec => new FilterSpec(spec, Server, session, call.Version)).ToList();
        List<ManagedObject> selected = [];
        HashSet<MoRef> seen = [];
        foreach (FilterSpec spec in specs)
        {
            spec.Select(Server, session, call.Version, selected, seen);
        }

        return new Retrieval(specs, selected);
    }

    private DataObject Page(Retrieval retrieval, int most, WireVersion version)
    {
        List<object> contents = [];
        int taken = 0;
        while (taken < retrieval.Left.Count && contents.Count < most)
        {
            // What was destroyed since the first page is left out.
            ManagedObject target = retrieval.Left[taken++];
            if (Server.Find(target.Reference, session) == target || target.Reference == Server.DefaultCollector)
            {
                contents.Add(Content(retrieval, target, version));
            }
        }

        retrieval.Left.RemoveRange(0, taken);
        string? token = null;
        if (retrieval.Left.Count > 0)
        {
            token = Guid.NewGuid().ToString("D");
            retrieval.PageSize = most;
            _retrievals.Add(token, retrieval);
        }

        return new DataObject("RetrieveResult").With("token", token).With("objects", contents);
    }

    private Retrieval TakeRetrieval(string token)
    {
        if (!_retrievals.TryGetValue(token, out Retrieval? retrieval))
        {
            throw InvalidArgument("token", "A token is good once, on the collector and session that gave it.");
        }

        _retrievals.Remove(token);
        return retrieval;
    }

    private void CancelWaits()
    {
        _cancelled.TrySetResult(true);
        _cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task<object?> WaitAsync(MethodCall call, int? maxWaitSeconds, int? maxUpdates, CancellationToken cancellationToken)
    {
        // The first steps run under the gate of the caller.
        string asked = call.Arguments.Text("version") ?? string.Empty;
        bool isFirst = asked.Length == 0;
        if (isFirst)
        {
            foreach (PropertyFilterObject filter in _filters)
            {
                filter.Reset();
            }
        }
        else if (asked != _version.ToString(CultureInfo.InvariantCulture))
        {
            throw new SimulatedFault("InvalidCollectorVersion", "The version '" + asked + "' is not the collector's last.", "vim25-gpu.md 1: an old version string gives InvalidCollectorVersion");
        }

        if (maxUpdates <= 0)
        {
            throw InvalidArgument("options.maxObjectUpdates", "It must be above 0.");
        }

        Task cancelled = _cancelled.Task;
        DateTimeOffset? until = maxWaitSeconds is { } seconds ? Server.Clock.UtcNow + TimeSpan.FromSeconds(seconds) : null;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session!.Ended, Server.Stopped);
        Task stopped = Task.Delay(Timeout.Infinite, stop.Token);
        bool hasWaited = false;
        while (true)
        {
            Task next;
            lock (Server.Gate)
            {
                if (cancelled.IsCompleted || (hasWaited && session.Ended.IsCancellationRequested))
                {
                    throw new SimulatedFault("RequestCanceled", "The request was canceled by a user.", "method-docs-8.0.1.txt: CancelWaitForUpdates makes waiting calls fail with RequestCanceled");
                }

                stop.Token.ThrowIfCancellationRequested();
                if (NextUpdates(maxUpdates ?? int.MaxValue, isFirst && _filters.Count > 0) is { } updates)
                {
                    return updates;
                }

                next = Server.Changes.Next;
            }

            TimeSpan? left = until - Server.Clock.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            hasWaited = true;
            using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            Task timeout = left is { } time ? Server.Clock.DelayAsync(time, waited.Token) : stopped;
            await Server.Clock.RestAsync(Task.WhenAny(next, cancelled, timeout, stopped)).ConfigureAwait(false);
            waited.Cancel();
        }
    }

    private DataObject? NextUpdates(int most, bool evenIfEmpty)
    {
        List<object> filterUpdates = [];
        int left = most;
        foreach (PropertyFilterObject filter in _filters)
        {
            List<object> updates = left > 0 ? filter.Updates(left) : [];
            left -= updates.Count;
            if (updates.Count > 0 || evenIfEmpty)
            {
                filterUpdates.Add(new DataObject("PropertyFilterUpdate").With("filter", filter.Reference).With("objectSet", updates));
            }
        }

        if (filterUpdates.Count == 0)
        {
            return null;
        }

        _version++;
        return new DataObject("UpdateSet")
            .With("version", _version.ToString(CultureInfo.InvariantCulture))
            .With("filterSet", filterUpdates)
            .With("truncated", _filters.Any(filter => filter.HasMore) ? true : null);
    }

    private sealed class Retrieval(IReadOnlyList<FilterSpec> specs, List<ManagedObject> left)
    {
        public IReadOnlyList<FilterSpec> Specs { get; } = specs;

        public List<ManagedObject> Left { get; } = left;

        public int PageSize { get; set; } = int.MaxValue;
    }
}
