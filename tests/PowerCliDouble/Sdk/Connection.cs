using System;

namespace VMware.VimAutomation.Sdk.Types.V1;

// The connection core is get-only, as PowerCLI's interfaces are.
public interface VIObjectCore
{
    string Uid { get; }
}

public interface NamedObject
{
    string Name { get; }
}

public interface VIObject : VIObjectCore, NamedObject
{
    string Id { get; }
}

public interface VIConnection : VIObject
{
    Uri ServiceUri { get; }

    string SessionSecret { get; }

    string User { get; }

    bool IsConnected { get; }
}

public enum TaskState
{
    Queued,
    Running,
    Success,
    Error,
    Unknown,
}

public interface Task : VIObject
{
    TaskState State { get; }

    float PercentComplete { get; }

    string ServerId { get; }
}
