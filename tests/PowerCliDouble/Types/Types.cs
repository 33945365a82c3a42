using VMware.VimAutomation.Sdk.Types.V1;

namespace VMware.VimAutomation.ViCore.Types.V1
{
    public enum BadCertificateAction
    {
        Fail,
        Prompt,
        Warn,
        Ignore,
        Unset,
    }

    public enum ConfigurationScope
    {
        Session,
        User,
        AllUsers,
    }

    public interface VIServer : VIConnection
    {
        int Port { get; }

        string SessionId { get; }

        string Version { get; }

        string Build { get; }

        string ProductLine { get; }

        string InstanceUuid { get; }

        int RefCount { get; }

        object ExtensionData { get; }
    }

    public sealed class PowerCLIConfiguration
    {
        public ConfigurationScope Scope { get; internal set; }

        public BadCertificateAction? InvalidCertificateAction { get; internal set; }

        public int? WebOperationTimeoutSeconds { get; internal set; }
    }
}

namespace VMware.VimAutomation.ViCore.Types.V1.Host
{
    public enum VMHostState
    {
        Connected,
        Disconnected,
        NotResponding,
        Maintenance,
    }
}

namespace VMware.VimAutomation.ViCore.Types.V1.Inventory
{
    public enum PowerState
    {
        PoweredOff,
        PoweredOn,
        Suspended,
    }

    public interface InventoryItem : VIObject
    {
        object ExtensionData { get; }

        object Client { get; }
    }

    public interface VMHost : InventoryItem
    {
        Host.VMHostState ConnectionState { get; }
    }

    public interface VirtualMachine : InventoryItem
    {
        PowerState PowerState { get; }

        VMHost VMHost { get; }

        string VMHostId { get; }
    }

    public interface Cluster : InventoryItem;
}
