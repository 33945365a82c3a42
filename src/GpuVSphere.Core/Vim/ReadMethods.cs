using System;
using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>The methods that change nothing on the server, so that they may be sent again.</summary>
internal static class ReadMethods
{
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "RetrieveServiceContent", "RetrievePropertiesEx", "RetrieveProperties", "CurrentTime", "CheckForUpdates", "WaitForUpdatesEx",
        "QueryConfigTarget", "QueryConfigOption", "QueryConfigOptionEx", "QueryConfigOptionDescriptor", "QueryOptions",
        "FindByInventoryPath", "FindByUuid", "FindByDnsName", "FindByIp", "FindChild", "FindAllByUuid",
        "RetrieveManagedMethodExecuter", "RetrieveDynamicTypeManager", "RetrieveEntityPermissions", "RetrieveRolePermissions",
        "HasPrivilegeOnEntities", "HasUserPrivilegeOnEntities", "FetchUserPrivilegeOnEntities", "SessionIsActive",
        "fetchSoftwarePackages", "installDate", "HostImageConfigGetAcceptance", "HostImageConfigGetProfile", "QueryHostConnectionInfo",
        "RetrieveHardwareUptime", "IsSharedGraphicsActive", "RetrieveVgpuDeviceInfo", "RetrieveVgpuProfileInfo",
        "RetrieveDynamicPassthroughInfo", "RetrieveVendorDeviceGroupInfo",
        "ListProcessesInGuest", "ReadEnvironmentVariableInGuest", "ListFilesInGuest", "ValidateCredentialsInGuest",
        "QueryPerf", "QueryPerfProviderSummary", "QueryAvailablePerfMetric", "QueryPerfCounter",
    };

    /// <summary>Whether a request may be sent a second time.</summary>
    public static bool MayRepeat(VimRequest request) => request.Method is null || s_names.Contains(request.Method);

    /// <summary>Whether a method changes nothing.</summary>
    public static bool Contains(string method) => s_names.Contains(method);
}
