using System;
using VMware.VimAutomation.ViCore.Types.V1;

namespace VMware.VimAutomation.ViCore.Impl.V1;

public sealed class VIServerImpl : VIServer
{
    public bool IsConnected { get; internal set; } = true;

    public string Id => Uid;

    public Uri ServiceUri { get; internal set; }

    public string SessionSecret { get; internal set; }

    public string Name { get; internal set; }

    public int Port => ServiceUri.Port;

    public string SessionId => SessionSecret;

    public string User { get; internal set; }

    public string Uid { get; internal set; }

    public string Version { get; internal set; }

    public string Build { get; internal set; }

    public string ProductLine { get; internal set; }

    public string InstanceUuid { get; internal set; }

    public int RefCount { get; internal set; } = 1;

    public object ExtensionData => throw Tripwire.Touched("VIServer.ExtensionData");

    internal SoapClient Soap { get; set; }

    internal bool IsDefault { get; set; }

    public override string ToString() => Name;
}
