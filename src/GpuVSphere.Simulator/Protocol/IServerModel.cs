using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>What the model side gives the protocol side: the objects of one server and what stands behind them.</summary>
internal interface IServerModel
{
    /// <summary>Who the server says it is. Asked for once, before <see cref="Populate"/>.</summary>
    ServerProfile Profile { get; }

    /// <summary>The files behind <c>/folder</c>.</summary>
    IDatastoreFiles Files { get; }

    /// <summary>Answers a request for <c>/guestFile</c>, which carries no session. Called under the gate.</summary>
    WireReply GuestFile(WireRequest request, IReadOnlyDictionary<string, string> query);

    /// <summary>Adds every object of the inventory to the world; called once, before the first request.</summary>
    void Populate(IObjectWorld world);

    /// <summary>The esxcli commands that a host understands; empty when the object is no host. Called under the gate.</summary>
    IEnumerable<EsxCliCommand> EsxCliCommands(MoRef host);
}
